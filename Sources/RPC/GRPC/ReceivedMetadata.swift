/// Gathers the metadata of one request after another. A client sends mostly the same with all its
/// calls: fields that repeat those of the call before, in order, are compared and not copied.
struct ReceivedMetadata {
  private var last = Metadata()
  /// How many of its fields have come again, while all have.
  private var repeated = 0
  /// The fields of this request, from the first on that differs.
  private var fields = HTTP2FieldList()

  /// Another request follows.
  mutating func reset() {
    repeated = 0
    fields.removeAll()
  }

  /// Takes a field.
  mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    if fields.isEmpty, last.fields.field(at: repeated, equals: name, value) {
      repeated += 1
    } else {
      if fields.isEmpty { fields.append(last.fields, upTo: repeated) }
      fields.append(name, value)
    }
  }

  /// The metadata, to be asked for once, when all fields have come.
  mutating func metadata() -> Metadata {
    if fields.isEmpty {
      if repeated == last.fields.count { return last }
      fields.append(last.fields, upTo: repeated)
    }
    last = Metadata(received: fields)
    return last
  }
}
