// What a response says in its fields.

extension HTTP2FieldList {
  /// The header of every gRPC response.
  mutating func appendResponseHeader(_ metadata: Metadata, isGzip: Bool = false) {
    append(":status", "200")
    append("content-type", "application/grpc")
    if isGzip { append("grpc-encoding", "gzip") }
    append(metadata)
  }

  /// How the call ended: trailers, or the rest of the header if there is no response.
  mutating func append(_ status: RPCStatus, _ metadata: Metadata) {
    if status.code == .ok {
      append("grpc-status", "0")
    } else {
      append("grpc-status".utf8, String(status.code.rawValue).utf8)
    }
    if !status.message.isEmpty {
      append(
        "grpc-message".utf8,
        PercentEncoding.encode(status.message, limit: Limits.maxStatusMessageBytes))
    }
    if !status.details.isEmpty, status.details.count <= Limits.maxStatusDetailsBytes {
      append("grpc-status-details-bin".utf8, Base64.encode(status.details))
    }
    if let delay = status.retryAfter {
      append(
        "grpc-retry-pushback-ms".utf8, String(Int64((delay / .milliseconds(1)).rounded(.up))).utf8)
    }
    append(metadata)
  }

  private mutating func append(_ metadata: Metadata) {
    metadata.fields.forEach { append($0, $1) }
  }
}

extension HTTP2FixedFields {
  /// The header of a response that has no metadata and is not compressed.
  static let responseHeader = HTTP2FixedFields([
    ":status": "200", "content-type": "application/grpc",
  ])

  /// The trailers of a call that went well, without metadata.
  static let okTrailers = HTTP2FixedFields(["grpc-status": "0"])
}
