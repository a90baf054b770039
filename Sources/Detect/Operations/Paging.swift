/// What a list request asks for: how many items, after which one.
struct Paging {
  /// Items on the page at most.
  let limit: Int
  /// Position of the last item of the page before; nil for the first page.
  let position: String?
  private let token: PageToken

  /// Checks the two fields that every list operation has.
  ///
  /// - Parameters:
  ///   - operation: the operation's name.
  ///   - filters: the values of its filters, always in the same order, nil for those not given.
  ///   - nextToken: as the caller sent it; nil for the first page.
  ///   - maxResults: as the caller sent it; nil for the default.
  /// - Throws: `invalidRequest` naming the field.
  init(
    _ operation: String, filters: [String?] = [], nextToken: String?, maxResults: Int64?
  ) throws(DetectError) {
    token = PageToken(operation: operation, filters: filters)
    if let maxResults {
      guard Limits.pageSize.contains(maxResults) else {
        let range = "[\(Limits.pageSize.lowerBound),\(Limits.pageSize.upperBound)]"
        throw .invalidRequest(
          "maxResults \(maxResults) should be in range\(range)", field: "maxResults")
      }
      limit = Int(maxResults)
    } else {
      limit = Limits.defaultPageSize
    }
    guard let nextToken else {
      position = nil
      return
    }
    guard let position = token.position(in: nextToken) else {
      throw .invalidRequest(
        "nextToken was not given for this operation with these filters", field: "nextToken")
    }
    self.position = position
  }

  /// The token of the page after the item at `position`.
  func token(after position: String) -> String { token.text(after: position) }

  /// A page of items that already start after `position`: at most `limit` of them, and a token if there
  /// is one more.
  func page<Item>(of items: some Sequence<Item>, position: (Item) -> String) -> Page<Item> {
    var page = Page<Item>(items: [], nextToken: nil)
    for item in items {
      if let last = page.items.last, page.items.count == limit {
        page.nextToken = token(after: position(last))
        break
      }
      page.items.append(item)
    }
    return page
  }

  /// A page of a list of names; `item` gives nil for a name that the filters leave out.
  func page<Item>(of names: SortedList<String>, _ item: @escaping (String) -> Item?) -> Page<Item> {
    page(lookingAt: Limits.namesVisitedPerPage, position: \.self, item) {
      names.visit(after: position, $0)
    }
  }

  /// A page of a list of things; `item` gives nil for a thing that the filters leave out.
  func page<Item>(of names: SortedList<ThingName>, _ item: @escaping (ThingName) -> Item?) -> Page<
    Item
  > {
    page(lookingAt: Limits.namesVisitedPerPage, position: \.text, item) {
      names.visit(after: position.map(ThingName.init(_:)), $0)
    }
  }

  /// A page of what `visit` comes by, which goes on as long as it is told to; `item` gives nil for what is left
  /// out. Where so many have been looked at, the page ends early, with a token.
  func page<Element, Item>(
    lookingAt limit: Int, position: KeyPath<Element, String>, _ item: @escaping (Element) -> Item?,
    in visit: ((Element) -> Bool) -> Void
  ) -> Page<Item> {
    var page = Page<Item>(items: [], nextToken: nil)
    var visited = 0
    var last: Element?
    visit { element in
      let item = item(element)
      let isFull = visited == limit || item != nil && page.items.count == self.limit
      if isFull {
        page.nextToken = last.map { token(after: $0[keyPath: position]) }
        return false
      }
      if let item { page.items.append(item) }
      visited += 1
      last = element
      return true
    }
    return page
  }
}
