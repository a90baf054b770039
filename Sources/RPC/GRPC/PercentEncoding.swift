/// The encoding of `grpc-message`: UTF-8, with `%XX` for what is not printable ASCII and for `%`.
enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// The encoded text, cut after the last whole character that fits into `limit` bytes.
  static func encode(_ text: String, limit: Int) -> [UInt8] {
    var encoded: [UInt8] = []
    for scalar in text.unicodeScalars {
      let end = encoded.count
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
        if (0x20...0x7e).contains(byte), byte != UInt8(ascii: "%") {
          encoded.append(byte)
        } else {
          encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
        }
      }
      if encoded.count > limit { return Array(encoded[..<end]) }
    }
    return encoded
  }
}
