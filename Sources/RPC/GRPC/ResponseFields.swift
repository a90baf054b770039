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
    append(metadata)
  }

  private mutating func append(_ metadata: Metadata) {
    for entry in metadata.entries {
      switch entry.value {
      case .text(let text): append(entry.name.utf8, text.utf8)
      case .binary(let bytes): append(entry.name.utf8, Base64.encode(bytes))
      }
    }
  }
}
