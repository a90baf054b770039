/// Lists alerts and how far their delivery has come, newest first. AWS has no such operation.
package struct ListAlertDeliveries: Hashable, Sendable {
  package static let name = "ListAlertDeliveries"

  /// Only alerts in this state.
  package var state: AlertState?
  /// Only alerts to this target.
  package var alertTargetARN: String?
  package var nextToken: String?
  package var maxResults: Int64?

  package init(
    state: AlertState? = nil, alertTargetARN: String? = nil, nextToken: String? = nil,
    maxResults: Int64? = nil
  ) {
    self.state = state
    self.alertTargetARN = alertTargetARN
    self.nextToken = nextToken
    self.maxResults = maxResults
  }

  /// Checks the fields.
  func paging() throws(DetectError) -> Paging {
    try FieldCheck.alertTargetARN(alertTargetARN)
    return try Paging(
      Self.name, filters: [state.map { "\($0)" }, alertTargetARN], nextToken: nextToken,
      maxResults: maxResults)
  }

  /// What to ask the store, one more than a page so that the end is seen.
  func query(_ paging: Paging) throws(DetectError) -> AlertQuery {
    var query = AlertQuery(state: state, target: alertTargetARN, limit: paging.limit + 1)
    guard let position = paging.position else { return query }
    guard let sequence = Int64(position) else {
      throw .invalidRequest("nextToken is damaged", field: "nextToken")
    }
    query.before = sequence
    return query
  }
}
