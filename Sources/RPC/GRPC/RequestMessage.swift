/// A request as it came.
package struct RequestMessage: Sendable {
  /// The serialized message, decompressed.
  package let bytes: [UInt8]
  /// Whether it was compressed on the way.
  package let isCompressed: Bool
}
