/// When an operation is decided, and an identifier it may give away. Both come from outside, so that
/// deciding is a pure function.
package struct Moment: Hashable, Sendable {
  /// Milliseconds since the epoch.
  package var now: Int64
  /// A fresh UUID in its usual text form.
  package var identifier: String

  package init(now: Int64, identifier: String) {
    self.now = now
    self.identifier = identifier
  }
}

/// What an operation answers, and the changes that make the answer true.
package struct Decision<Response: Sendable>: Sendable {
  /// Applied and committed together, in this order, before the response is given. Empty for a read.
  package var changes: [Change]
  package var response: Response
  /// Whether this is a first part of what was asked. The operation is decided again once it is done, and only the
  /// response to the last part is given.
  package var isPart: Bool

  package init(_ response: Response, changes: [Change] = [], isPart: Bool = false) {
    self.changes = changes
    self.response = response
    self.isPart = isPart
  }
}

/// One operation of the API on profiles, targets, things, groups or tags: a request with its fields as
/// stored properties, that decides what to answer and what to change.
///
/// There is one file per operation, named after it, in `Operations`.
package protocol Operation: Sendable {
  associatedtype Response: Sendable

  /// The API's name of the operation, for example `CreateSecurityProfile`.
  static var name: String { get }

  /// Decides against the catalog as it is; changes nothing itself.
  ///
  /// - Throws: the error that the API's reference lists for what is wrong with the request.
  func decide(_ catalog: Catalog, at moment: Moment) throws(DetectError) -> Decision<Response>
}

/// The answer of an operation that has none.
package struct Empty: Hashable, Sendable {
  package init() {}
}

/// One page of a list.
package struct Page<Item: Hashable & Sendable>: Hashable, Sendable {
  package var items: [Item]
  /// Given back by the caller to continue; nil on the last page.
  package var nextToken: String?

  package init(items: [Item], nextToken: String?) {
    self.items = items
    self.nextToken = nextToken
  }
}
