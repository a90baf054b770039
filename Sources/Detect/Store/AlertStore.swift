/// Which alerts to list; conditions that are nil hold for every alert.
package struct AlertQuery: Hashable, Sendable {
  package var state: AlertState?
  /// The ARN of the target.
  package var target: String?
  /// Continues below this sequence number.
  package var before: Int64?
  /// At least 1.
  package var limit: Int

  package init(
    state: AlertState? = nil, target: String? = nil, before: Int64? = nil, limit: Int
  ) {
    self.state = state
    self.target = target
    self.before = before
    self.limit = limit
  }

  /// Whether the query asks for this alert, its limit aside.
  package func matches(_ alert: Alert) -> Bool {
    state.map { alert.state == $0 } ?? true
      && target.map { alert.target.utf8.elementsEqual($0.utf8) } ?? true
      && before.map { alert.sequence < $0 } ?? true
  }
}

/// The next alerts of a target.
package struct DueAlerts: Hashable, Sendable {
  /// By rising sequence number.
  package var deliveries: [AlertDelivery]
  /// Whether a limit was reached, so that there may be more.
  package var isMore: Bool
  /// Where the list is whole: the earliest time at which a held alert may be sent; nil where none is held.
  package var nextDue: Int64?

  package init(deliveries: [AlertDelivery], isMore: Bool, nextDue: Int64?) {
    self.deliveries = deliveries
    self.isMore = isMore
    self.nextDue = nextDue
  }
}

/// The part of a store that keeps alerts: written with their events by `Store.commit`, removed with them by
/// `Store.removeExpired`, and in between changed by their delivery alone.
///
/// `record` and `redriveAlerts` are called by the one thread that writes; the others may run beside it.
package protocol AlertStore: Sendable {
  /// The targets that have pending alerts, by rising bytes of their ARNs, from after the given one on, at most
  /// `limit`.
  func pendingAlertTargets(after target: String?, limit: Int) throws(StoreError) -> [String]

  /// The pending alerts of a target that may be sent now, in the order in which they must be: due, and not
  /// behind an earlier alert of their lane that is held until later. At most `limit` of them, and no more
  /// once their events have `bytes` bytes.
  func dueAlerts(
    of target: String, at now: Int64, limit: Int, bytes: Int
  ) throws(StoreError) -> DueAlerts

  /// Makes what delivery has found out durable, all of it or nothing. An alert that is not there any more
  /// stays away.
  func record(_ alerts: [Alert]) throws(StoreError)

  /// The alerts that match, by falling sequence number, at most `query.limit`.
  func alertDeliveries(_ query: AlertQuery) throws(StoreError) -> [AlertDelivery]

  /// Makes dead alerts pending again, as if they were new at `now`: those of a target (of one target after
  /// another where it is nil), the oldest first, at most `limit`. Returns the targets concerned, one for each
  /// alert.
  func redriveAlerts(
    of target: String?, at now: Int64, limit: Int
  ) throws(StoreError) -> [String]
}
