internal import CDetectProto
internal import Detect

extension Tag {
  /// A tag as it was sent.
  init(_ message: Detect__V1__Tag) {
    unsafe self.init(key: text(message.key), value: text(message.value))
  }
}

extension Arena {
  /// The number and the messages of tags.
  func tags(
    _ tags: [Tag]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Detect__V1__Tag>?>?) {
    unsafe messages(tags, detect__v1__tag__init) { tag, message, arena in
      unsafe message.key = arena.text(tag.key)
      unsafe message.value = arena.text(tag.value)
    }
  }
}
