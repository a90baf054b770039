/// What a method does, as far as it matters for who may call it. Each method has one role.
package enum Role: String, Sendable, CaseIterable, Decodable {
  /// Looks, and changes nothing.
  case read
  /// Changes what is judged, and how.
  case administer
  /// Reports what was measured.
  case ingest
}
