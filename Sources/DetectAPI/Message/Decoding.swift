internal import CDetectProto
internal import RPC

/// Decodes a message and gives it to `body`, which copies out what it needs: the message is gone when
/// `body` returns.
///
/// - Parameter initialize: the message's `__init` function, which names its type.
/// - Throws: INVALID_ARGUMENT if the bytes are no such message, a text in it is no text, or it grows
///   beyond `Limits.decodedBytes`; and what `body` throws.
func decode<Message, Result>(
  _ bytes: [UInt8], _ initialize: (UnsafeMutablePointer<Message>?) -> Void,
  _ body: (Message) throws(RPCStatus) -> Result
) throws(RPCStatus) -> Result {
  let descriptor = unsafe messageDescriptor(initialize)
  do throws(MessageFault) {
    try unsafe checkTexts(of: bytes, in: bytes.indices, as: descriptor)
  } catch {
    throw RPCStatus(error)
  }
  let arena = Arena(
    blockSize: min(max(1 << 10, 8 * bytes.count), 1 << 20),
    limit: Limits.decodedBytes(ofMessage: bytes.count))
  let message = unsafe arena.withAllocator { allocator in
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe protobuf_c_message_unpack(descriptor, allocator, bytes.count, bytes.baseAddress)
    }
  }
  defer { withExtendedLifetime(arena) {} }
  guard let message = unsafe message else {
    throw RPCStatus(arena.isExhausted ? MessageFault.tooLarge : .malformed)
  }
  return try unsafe body(
    UnsafeRawPointer(message).assumingMemoryBound(to: Message.self).pointee)
}

/// The descriptor of the message type that the `__init` function initializes.
func messageDescriptor<Message>(
  _ initialize: (UnsafeMutablePointer<Message>?) -> Void
) -> UnsafePointer<ProtobufCMessageDescriptor> {
  unsafe withUnsafeTemporaryAllocation(of: Message.self, capacity: 1) { message in
    unsafe initialize(message.baseAddress)
    return unsafe UnsafeRawBufferPointer(message).load(as: ProtobufCMessage.self).descriptor
  }
}

// MARK: - Values

/// A text; the empty one where the message has none.
func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
  guard let pointer = unsafe pointer else { return "" }
  return unsafe String(cString: pointer)
}

/// A text, or nil where it is empty: for fields whose empty text means that there is none.
func optionalText(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
  let text = unsafe text(pointer)
  return text.isEmpty ? nil : text
}

/// A number, or nil where it is zero: for fields whose zero means that there is none.
func optionalNumber<Number: BinaryInteger>(_ number: Number) -> Int64? {
  number == 0 ? nil : Int64(number)
}

/// True, or nil where it is false: for fields whose false means the same as none.
func optionalFlag(_ flag: protobuf_c_boolean) -> Bool? {
  flag == 0 ? nil : true
}

/// The texts of a repeated field.
func texts(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int)
  -> [String]
{
  unsafe UnsafeBufferPointer(start: pointers, count: count).map { unsafe text($0) }
}

/// The numbers of a repeated field.
func elements<Number>(_ pointer: UnsafeMutablePointer<Number>?, _ count: Int) -> [Number] {
  unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
}

/// The messages of a repeated field, each turned into a value.
func list<Message, Value>(
  _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int,
  _ value: (Message) -> Value
) -> [Value] {
  unsafe UnsafeBufferPointer(start: pointers, count: count).compactMap { pointer in
    unsafe optional(pointer, value)
  }
}

/// A message turned into a value, or nil where it is not set or holds no value.
func optional<Message, Value>(
  _ pointer: UnsafeMutablePointer<Message>?, _ value: (Message) -> Value?
) -> Value? {
  guard let pointer = unsafe pointer else { return nil }
  return unsafe value(pointer.pointee)
}

/// The value of a one-member oneof, or nil where it is not set: `which` is the oneof's case.
func optional<Case: RawRepresentable<UInt32>, Value>(_ which: Case, _ value: Value) -> Value? {
  which.rawValue == 0 ? nil : value
}
