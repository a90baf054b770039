import Detect

/// A catalog on which a test performs operations one after another, as the service does.
final class OperationBench {
  private(set) var catalog = Catalog(settings: Settings())
  /// Operations decided so far. The moment of the n-th is n seconds after the epoch, its identifier `id-n`.
  private var decided: Int64 = 0

  /// Decides an operation and makes its changes true.
  @discardableResult
  func perform<O: Operation>(_ operation: O) throws(DetectError) -> O.Response {
    let decision = try decide(operation)
    apply(decision.changes)
    return decision.response
  }

  /// Decides an operation and changes nothing.
  func decide<O: Operation>(_ operation: O) throws(DetectError) -> Decision<O.Response> {
    decided += 1
    return try operation.decide(
      catalog, at: Moment(now: decided * 1000, identifier: "id-\(decided)"))
  }

  /// Makes changes true that no operation asked for.
  func apply(_ changes: [Change]) {
    for change in changes { _ = catalog.apply(change) }
  }

  /// What an operation is refused with; nil where it is not refused. It changes nothing.
  func refusal(of operation: some Operation) -> Refusal? {
    do {
      _ = try decide(operation)
      return nil
    } catch {
      return Refusal(error)
    }
  }

  /// The items of all pages of a list.
  ///
  /// - Parameters:
  ///   - limit: pages after which the list is taken for endless.
  ///   - operation: makes the operation for the token of the page before.
  /// - Returns: the pages, each with its items.
  func pages<O: Operation, Item>(
    limit: Int = 100, _ operation: (_ nextToken: String?) -> O
  ) throws(DetectError) -> [[Item]] where O.Response == Page<Item> {
    var pages: [[Item]] = []
    var token: String?
    repeat {
      let page = try perform(operation(token))
      pages.append(page.items)
      token = page.nextToken
    } while token != nil && pages.count < limit
    return pages
  }
}

/// The kind of an error, with what a caller acts on and without its text.
enum Refusal: Equatable {
  case invalid(field: String)
  case notFound
  case alreadyExists(id: String, arn: String)
  case versionConflict
  case limitExceeded
  case other

  init(_ error: DetectError) {
    self =
      switch error {
      case .invalidRequest(_, let field): .invalid(field: field)
      case .notFound: .notFound
      case .alreadyExists(_, let id, let arn): .alreadyExists(id: id, arn: arn)
      case .versionConflict: .versionConflict
      case .limitExceeded: .limitExceeded
      case .throttled, .outOfRange, .unavailable, .internalFailure: .other
      }
  }
}

/// Testing has a `Tag` of its own.
typealias Tag = Detect.Tag

/// Names that are refused wherever a name is asked for.
enum BadName {
  static let all = [
    "", "a b", "a/b", "a.b", "ä", "a\u{0}", "a\n", String(repeating: "a", count: 129),
  ]
}
