/// Why a document is no report. The whole of it is rejected (evidence.md U10).
struct DocumentFault: Error, Hashable {
  /// The way to what is wrong, in the names that the document uses: `met.tp.pts[2].pt`. Empty where it is
  /// the document itself.
  var path: String
  var reason: String

  init(_ reason: String, at path: String = "") {
    self.path = path
    self.reason = reason
  }

  /// Path and reason in one text.
  var text: String { path.isEmpty ? reason : "\(path): \(reason)" }
}

/// A metric that a document has and that was left out, since its content is not acceptable.
package struct DroppedMetric: Hashable, Sendable {
  /// The way to what is wrong, in the names that the document uses.
  package var path: String
  /// What is wrong, for who looks after the device.
  package var reason: String

  /// A metric that was left out because of what stands at `path`.
  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// Path and reason in one text.
  package var text: String { "\(path): \(reason)" }
}
