/// Every limit on what a device may send, its number and the reason for it.
package enum Limits {
  /// Bytes of a document: AWS's cap for a message (evidence.md U8). A hundred times what an agent sends.
  package static let documentBytes = 128 << 10
  /// Levels of a document. The deepest that means something is the ninth; those above are spare for
  /// members that nobody reads. Bounds the stack.
  package static let documentDepth = 16
  /// Values in a document, members and elements alike: what the longest list that a metric may have needs,
  /// in the smallest document that can hold it. Bounds memory and time where a value is a single byte.
  package static let documentValues = 65_600
}
