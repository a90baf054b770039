/// A name, or names with a common beginning and end: "camera-7", "camera-*", "*.example.org".
/// One `*` stands for any text, the empty one too.
package struct NamePattern: Sendable, Hashable {
  private let prefix: String
  /// What follows the `*`; nil if there is none.
  private let suffix: String?

  /// Nil if there is more than one `*`.
  package init?(_ text: String) {
    let parts = text.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first else { return nil }
    prefix = String(first)
    suffix = parts.count == 2 ? String(parts[1]) : nil
  }

  /// Exactly this name, whatever characters it has.
  package init(exactly name: String) {
    prefix = name
    suffix = nil
  }

  /// Whether there is a `*`.
  package var isOpen: Bool { suffix != nil }

  /// What the `*` stands for in this name, the empty text if there is no `*`; nil if the name does not
  /// match.
  package func match(_ name: String) -> Substring? {
    guard let suffix else { return prefix == name ? "" : nil }
    let bytes = name.utf8
    guard bytes.count >= prefix.utf8.count + suffix.utf8.count, name.hasPrefix(prefix),
      name.hasSuffix(suffix)
    else { return nil }
    let start = bytes.index(bytes.startIndex, offsetBy: prefix.utf8.count)
    let end = bytes.index(bytes.endIndex, offsetBy: -suffix.utf8.count)
    return name[start..<end]
  }

  /// False for "spiffe://example.or*", which would trust names that others may own.
  var fixesTrustDomain: Bool {
    guard isOpen, prefix.hasPrefix("spiffe:") else { return true }
    return prefix.hasPrefix("spiffe://") && prefix.dropFirst("spiffe://".count).contains("/")
  }

  /// Whether the name matches.
  package func matches(_ name: String) -> Bool { match(name) != nil }
}
