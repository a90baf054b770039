internal import CDetectProto
internal import Detect

extension AttributePayload {
  /// A payload as it was sent. Of a name that was sent twice the last counts, as in any map.
  init(_ message: Detect__V1__AttributePayload) {
    let attributes = unsafe list(message.attributes, message.n_attributes) { entry in
      unsafe (text(entry.key), text(entry.value))
    }
    unsafe self.init(
      attributes: Dictionary(attributes, uniquingKeysWith: { $1 }), merge: message.merge != 0)
  }
}

extension Arena {
  /// A payload, or nil where there is none.
  func attributePayload(
    _ payload: AttributePayload?
  ) -> UnsafeMutablePointer<Detect__V1__AttributePayload>? {
    guard let payload else { return nil }
    return unsafe message(detect__v1__attribute_payload__init) { message, arena in
      unsafe message.merge = payload.merge ? 1 : 0
      unsafe (message.n_attributes, message.attributes) = arena.messages(
        payload.attributes.sorted { $0.key < $1.key },
        detect__v1__attribute_payload__attributes_entry__init
      ) { attribute, entry, arena in
        unsafe entry.key = arena.text(attribute.key)
        unsafe entry.value = arena.text(attribute.value)
      }
    }
  }
}
