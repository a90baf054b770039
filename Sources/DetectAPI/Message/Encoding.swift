internal import CDetectProto

/// Serializes a message that `fill` has filled in.
///
/// - Parameter initialize: the message's `__init` function, which names its type.
func encode<Message>(
  _ initialize: (UnsafeMutablePointer<Message>?) -> Void, _ fill: (inout Message, Arena) -> Void
) -> [UInt8] {
  let arena = Arena()
  let message = unsafe arena.message(initialize, fill)
  defer { withExtendedLifetime(arena) {} }
  return unsafe message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { message in
    let size = unsafe protobuf_c_message_get_packed_size(message)
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
      guard let start = bytes.baseAddress else { return }
      count = unsafe protobuf_c_message_pack(message, start)
    }
  }
}

/// Parts of a message that is being built. They live as long as the arena.
extension Arena {
  /// A message that `fill` has filled in.
  func message<Message>(
    _ initialize: (UnsafeMutablePointer<Message>?) -> Void,
    _ fill: (inout Message, Arena) -> Void
  ) -> UnsafeMutablePointer<Message> {
    let message = unsafe memory(for: Message.self, count: 1)
    unsafe initialize(message)
    unsafe fill(&message.pointee, self)
    return unsafe message
  }

  /// The number and the messages of a repeated field, one for each item.
  func messages<Items: Collection, Message>(
    _ items: Items, _ initialize: (UnsafeMutablePointer<Message>?) -> Void,
    _ fill: (Items.Element, inout Message, Arena) -> Void
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?) {
    unsafe repeated(items) { item in
      unsafe message(initialize) { message, arena in fill(item, &message, arena) }
    }
  }

  /// A C string. The text contains no U+0000, since none is ever let in.
  func text(_ text: String) -> UnsafeMutablePointer<CChar> {
    var text = text
    return text.withUTF8 { bytes in
      let copy = unsafe memory(for: UInt8.self, count: bytes.count + 1)
      if let start = bytes.baseAddress {
        unsafe copy.initialize(from: start, count: bytes.count)
      }
      unsafe (copy + bytes.count).initialize(to: 0)
      return unsafe UnsafeMutableRawPointer(copy).assumingMemoryBound(to: CChar.self)
    }
  }

  /// The number and the texts of a repeated field.
  func texts(_ texts: [String]) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
    unsafe repeated(texts) { unsafe text($0) }
  }

  /// The number and the elements of a repeated field of numbers or pointers.
  func repeated<Items: Collection, Element>(
    _ items: Items, _ element: (Items.Element) -> Element
  ) -> (Int, UnsafeMutablePointer<Element>?) {
    let elements = unsafe memory(for: Element.self, count: items.count)
    for (index, item) in items.enumerated() {
      unsafe (elements + index).initialize(to: element(item))
    }
    return unsafe (items.count, elements)
  }

  /// Bytes.
  func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    unsafe ProtobufCBinaryData(len: bytes.count, data: repeated(bytes) { $0 }.1)
  }

  private func memory<Value>(for type: Value.Type, count: Int) -> UnsafeMutablePointer<Value> {
    guard let memory = unsafe allocate(MemoryLayout<Value>.stride * count) else {
      preconditionFailure("an arena for encoding has no limit")
    }
    return unsafe memory.bindMemory(to: type, capacity: count)
  }
}
