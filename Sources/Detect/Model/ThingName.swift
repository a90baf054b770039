/// The name under which a device is known: a registered thing's name, or the client's identifier.
///
/// Names are compared byte by byte. Swift's own string equality takes canonically equivalent texts for
/// the same, which would let two devices share one state. Order is that of the UTF-8 bytes, the order in
/// which the engine visits things (evaluation.md 8).
package struct ThingName: Hashable, Comparable, Sendable {
  /// The name as text.
  package let text: String

  /// Wraps a text that the caller has checked.
  package init(_ text: String) {
    self.text = text
  }

  /// Names are equal if their bytes are, whatever Unicode says of them.
  package static func == (a: ThingName, b: ThingName) -> Bool {
    a.text.utf8.elementsEqual(b.text.utf8)
  }

  /// Orders by the bytes.
  package static func < (a: ThingName, b: ThingName) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  /// Hashes the bytes.
  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { bytes in unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
  }
}
