/// The text by which a caller continues a list. Opaque to callers: base64url (RFC 4648, unpadded) of
///
///     ┌─────────┬───────────────────────┬─────────────────────┐
///     │ version │ fingerprint           │ position            │
///     │ 1 byte  │ 8 bytes, big-endian   │ UTF-8               │
///     └─────────┴───────────────────────┴─────────────────────┘
///
/// The position is that of the last item looked at; the next page starts after it, so nothing is lost or
/// repeated by what is added or removed in between. The fingerprint covers the operation, its filters
/// and the position: a token of another operation, of other filters, or altered on the way is refused.
/// It is no secret; a forged token could only start a list elsewhere.
struct PageToken {
  private static let version: UInt8 = 1

  /// What the list is of: the operation and the values of its filters, nil for those not given.
  let operation: String
  let filters: [String?]

  /// The token of the page after the item at `position`.
  func text(after position: String) -> String {
    var bytes: [UInt8] = [Self.version]
    let fingerprint = fingerprint(of: position)
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: fingerprint >> UInt64(shift)))
    }
    bytes.append(contentsOf: position.utf8)
    return Base64URL.encode(bytes)
  }

  /// The position in a token, or nil where the token was not given for this operation and these filters.
  func position(in text: String) -> String? {
    guard let bytes = Base64URL.decode(text), bytes.count >= 9, bytes[0] == Self.version,
      let position = String(validating: bytes[9...], as: UTF8.self)
    else { return nil }
    let fingerprint = bytes[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return fingerprint == self.fingerprint(of: position) ? position : nil
  }

  private func fingerprint(of position: String) -> UInt64 {
    var hash = FNV1a()
    hash.combine(operation)
    for filter in filters { hash.combine(filter) }
    hash.combine(position)
    return hash.value
  }
}

/// RFC 4648 section 5, without padding.
enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var buffer: UInt32 = 0
    var bits = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[Int(buffer >> UInt32(bits) & 0x3f)])
      }
    }
    if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits) & 0x3f)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, or nil where the text is not what `encode` gives for them.
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 3 / 4)
    var buffer: UInt32 = 0
    var bits = 0
    for character in text.utf8 {
      guard let value = value(of: character) else { return nil }
      buffer = buffer << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
      }
    }
    // Six bits left over are a character too many; fewer must be zero, or two texts meant the same.
    guard bits < 6, buffer & (1 << UInt32(bits) - 1) == 0 else { return nil }
    return bytes
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
