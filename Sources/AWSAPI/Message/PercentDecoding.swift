/// The text of a percent-encoded part of a path or a query (RFC 3986 section 2.1). A plus sign is a plus sign:
/// AWS's clients write a blank as %20.
///
/// - Throws: InvalidRequestException for a percent sign without two digits, and for what is not UTF-8 without
///   U+0000, which gRPC's texts cannot have either.
func percentDecoded(_ text: Substring) throws(AWSError) -> String {
  guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
  var bytes: [UInt8] = []
  var rest = text.utf8[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard let high = rest.popFirst().flatMap(hexadecimal),
      let low = rest.popFirst().flatMap(hexadecimal)
    else { throw .invalidRequest("a percent sign in the URI has no two digits behind it") }
    bytes.append(high << 4 | low)
  }
  guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
    throw .invalidRequest("a part of the URI is not UTF-8 without U+0000")
  }
  return decoded
}

private func hexadecimal(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
