/// The other end of a connection, `address:port`, as agents write it (evidence.md 3.6).
enum RemoteAddress {
  /// Bytes after which one agent cuts the text: it prints into 22 bytes with the C string's end.
  static let cutAfter = 21

  /// The address in the text, or nil where it is not to be had.
  ///
  ///     203.0.113.7:8883       all agents
  ///     [2001:db8::20]:443     the Python agent, and Greengrass
  ///     2001:db8::20:443       aws-c-iot: the last group is the port
  ///     2001:db8:0:1:f:20:30:  aws-c-iot, cut: what is left may look like another address
  static func address(in text: String) -> String? {
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { return nil }
      let port = text[end...].dropFirst()
      return port.isEmpty || port.first == ":" ? String(text[..<end].dropFirst()) : nil
    }
    guard let colon = text.lastIndex(of: ":") else { return text }
    let address = text[..<colon]
    let isIPv6 = address.contains(":")
    return isIPv6 && text.utf8.count == cutAfter ? nil : String(address)
  }
}
