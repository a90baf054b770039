import Detect

extension ThingName: ExpressibleByStringLiteral {
  /// Lets a test write a thing's name as text.
  package init(stringLiteral text: String) { self.init(text) }
}
