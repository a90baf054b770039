import Synchronization

extension MemoryStore {
  package func pendingAlertTargets(
    after target: String?, limit: Int
  ) throws(StoreError) -> [String] {
    let pending = state.withLock { $0.alerts.values.filter { $0.state == .pending } }
    // Texts are told apart by their bytes, which Swift's own comparison does not do.
    let targets = Set(pending.map { Array($0.target.utf8) }).filter { bytes in
      target.map { Array($0.utf8).lexicographicallyPrecedes(bytes) } ?? true
    }
    return targets.sorted { $0.lexicographicallyPrecedes($1) }.prefix(limit)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  package func dueAlerts(
    of target: String, at now: Int64, limit: Int, bytes: Int
  ) throws(StoreError) -> DueAlerts {
    state.withLock { state in
      let query = AlertQuery(state: .pending, target: target, limit: limit)
      let pending = state.alerts.values.filter(query.matches).sorted { $0.sequence < $1.sequence }
      var page = DueAlerts(deliveries: [], isMore: false, nextDue: nil)
      var size = 0
      var heldLanes: Set<Int64> = []
      for alert in pending {
        guard alert.due <= now, !heldLanes.contains(alert.lane) else {
          heldLanes.insert(alert.lane)
          continue
        }
        guard let event = state.events[alert.sequence] else { continue }
        page.deliveries.append(AlertDelivery(alert: alert, event: event))
        size += event.encoded().count
        if page.deliveries.count == limit || size >= bytes {
          page.isMore = true
          return page
        }
      }
      page.nextDue = pending.map(\.due).filter { $0 > now }.min()
      return page
    }
  }

  package func record(_ alerts: [Alert]) throws(StoreError) {
    state.withLock { state in
      for alert in alerts where state.alerts[alert.sequence] != nil {
        state.alerts[alert.sequence] = alert
      }
    }
  }

  package func alertDeliveries(_ query: AlertQuery) throws(StoreError) -> [AlertDelivery] {
    state.withLock { state in
      state.alerts.values.filter(query.matches).sorted { $0.sequence > $1.sequence }
        .prefix(query.limit).compactMap { alert in
          state.events[alert.sequence].map { AlertDelivery(alert: alert, event: $0) }
        }
    }
  }

  package func redriveAlerts(
    of target: String?, at now: Int64, limit: Int
  ) throws(StoreError) -> [String] {
    state.withLock { state in
      let query = AlertQuery(state: .dead, target: target, limit: limit)
      let dead = state.alerts.values.filter(query.matches).sorted { a, b in
        a.target.utf8.elementsEqual(b.target.utf8)
          ? a.sequence < b.sequence : a.target.utf8.lexicographicallyPrecedes(b.target.utf8)
      }.prefix(limit)
      for alert in dead { state.alerts[alert.sequence] = alert.redriven(at: now) }
      return dead.map(\.target)
    }
  }
}
