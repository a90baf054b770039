import Detect

/// The addresses of the public Internet: all but those that IANA's registries of special purposes keep for
/// loopback, private networks, links, translation, multicast and documentation.
enum PublicAddresses {
  private static let special = CIDRSet(
    [
      "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
      "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
      "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
      "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
      "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ].compactMap { CIDR($0) })

  /// Whether the text is an address of the public Internet. An IPv4 address in an IPv6 one is judged as such.
  static func contain(_ text: String) -> Bool {
    // A zone is only for addresses of a link.
    guard let address = IPAddress(text) else { return false }
    return !special.contains(address)
  }
}
