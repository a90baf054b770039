internal import CDetectProto

/// Why a message cannot be decoded.
enum MessageFault: Error, Equatable {
  /// It is not a message of its type.
  case malformed
  /// Decoded, it takes more memory than `Limits.decodedBytes`.
  case tooLarge
  /// A text is not UTF-8 or contains U+0000. `field` is its path: "behaviors[2].name".
  case text(field: String)
}

/// Checks every text of a serialized message, at any depth, as protobuf-c does not: it takes any
/// bytes for a text and hands it over as a C string, which ends at the first zero byte.
///
/// The schema says what is a text; the walk is as deep as the schema, which is never recursive.
func checkTexts(
  of bytes: [UInt8], in range: Range<Int>,
  as message: UnsafePointer<ProtobufCMessageDescriptor>
) throws(MessageFault) {
  var reader = WireReader(bytes, in: range)
  while true {
    let start = reader.position
    let next: WireReader.Member?
    do throws(WireReader.Malformed) { next = try reader.next() } catch { throw .malformed }
    guard let member = next else { return }
    guard case .bytes(let payload) = member.payload,
      let field = unsafe field(member.field, of: message)
    else { continue }
    let path: String
    switch unsafe field.type {
    case PROTOBUF_C_TYPE_STRING:
      if isText(bytes, in: payload) { continue }
      path = ""
    case PROTOBUF_C_TYPE_MESSAGE:
      let type = unsafe field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
      do throws(MessageFault) {
        try unsafe checkTexts(of: bytes, in: payload, as: type)
        continue
      } catch {
        guard case .text(let inner) = error else { throw error }
        path = "." + inner
      }
    default: continue
    }
    let index =
      unsafe field.label == PROTOBUF_C_LABEL_REPEATED
      ? "[\(count(member.field, of: bytes, in: range.lowerBound..<start))]" : ""
    throw .text(field: unsafe String(cString: field.name) + index + path)
  }
}

/// The field of this number, or nil where the schema has none.
private func field(
  _ number: UInt32, of message: UnsafePointer<ProtobufCMessageDescriptor>
) -> ProtobufCFieldDescriptor? {
  let fields = unsafe UnsafeBufferPointer(
    start: message.pointee.fields, count: Int(message.pointee.n_fields))
  return unsafe fields.first { field in unsafe field.id == number }
}

/// Whether the bytes are UTF-8 without U+0000.
private func isText(_ bytes: [UInt8], in range: Range<Int>) -> Bool {
  let text = bytes.span.extracting(range)
  guard (try? UTF8Span(validating: text)) != nil else { return false }
  for index in text.indices where text[index] == 0 { return false }
  return true
}

/// How many members of this field lie in the range, which has been read once.
private func count(_ field: UInt32, of bytes: [UInt8], in range: Range<Int>) -> Int {
  var reader = WireReader(bytes, in: range)
  var count = 0
  while let member = try? reader.next() {
    if member.field == field { count += 1 }
  }
  return count
}
