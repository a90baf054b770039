// How addresses and networks are written: RFC 5952 for IPv6, four decimal numbers for IPv4.

extension IPAddress {
  /// The address as text, for example `192.0.2.1` or `2001:db8::1`.
  package var text: String {
    if isIPv4 {
      return (0..<4).map { String(low >> UInt64(24 - 8 * $0) & 0xff) }.joined(separator: ".")
    }
    let groups = [high, low].flatMap { half in
      (0..<4).map { UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * $0)) }
    }
    let zeros = Self.longestZeros(in: groups)
    guard zeros.count > 1 else { return Self.text(of: groups[...]) }
    return Self.text(of: groups[..<zeros.lowerBound]) + "::"
      + Self.text(of: groups[zeros.upperBound...])
  }

  private static func text(of groups: ArraySlice<UInt16>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  /// The first of the longest runs of zeros.
  private static func longestZeros(in groups: [UInt16]) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > longest.count { longest = start..<index + 1 }
    }
    return longest
  }
}

extension CIDR {
  /// The network as text, for example `192.0.2.0/24`.
  package var text: String { "\(network.text)/\(length)" }
}
