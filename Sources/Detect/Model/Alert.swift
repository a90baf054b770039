/// How far the delivery of an alert has come.
package enum AlertState: UInt8, Sendable, CaseIterable {
  /// To be sent, for the first time or again.
  case pending = 1
  /// The target has taken it.
  case delivered = 2
  /// Given up: refused by the target, or not taken for too long.
  case dead = 3
}

/// The telling of one violation event to the alert target of its profile.
///
/// It is decided in the same step as the event and made durable with it; from then on only its delivery
/// changes it. The API knows one kind of target, so an event has one alert at most and lends it its number.
package struct Alert: Hashable, Sendable {
  /// The sequence number of the event.
  package var sequence: Int64
  /// The ARN of the target, as the profile had it when the event happened.
  package var target: String
  /// Alerts of one target and one lane are sent one after another, in the order of their sequence numbers.
  /// A hash of the thing, the profile and the behavior.
  package var lane: Int64
  /// Since when it waits to be sent, in milliseconds since the epoch: its event's commit, or a redrive.
  package var since: Int64
  package var state: AlertState
  /// Times it was sent since then.
  package var attempts: Int64
  /// Not to be sent before this time, in milliseconds since the epoch; 0 where nothing holds it.
  package var due: Int64
  /// When it was last sent, in milliseconds since the epoch.
  package var lastAttempt: Int64?
  /// Why the last attempt failed, for people.
  package var failure: String?

  /// The alert of an event that happened now.
  ///
  /// - Parameter time: milliseconds since the epoch.
  package init(of event: ViolationEvent, to target: String, at time: Int64) {
    var lane = FNV1a()
    lane.combine(event.thing.text)
    lane.combine(event.securityProfileName)
    lane.combine(event.behavior.name)
    self.init(
      sequence: event.sequence, target: target, lane: Int64(bitPattern: lane.value), since: time)
  }

  package init(
    sequence: Int64, target: String, lane: Int64, since: Int64, state: AlertState = .pending,
    attempts: Int64 = 0, due: Int64 = 0, lastAttempt: Int64? = nil, failure: String? = nil
  ) {
    self.sequence = sequence
    self.target = target
    self.lane = lane
    self.since = since
    self.state = state
    self.attempts = attempts
    self.due = due
    self.lastAttempt = lastAttempt
    self.failure = failure
  }

  /// The same alert as if it were new: pending, without attempts, waiting since `time`.
  package func redriven(at time: Int64) -> Alert {
    Alert(sequence: sequence, target: target, lane: lane, since: time)
  }
}

/// An alert with the event it tells of.
package struct AlertDelivery: Hashable, Sendable {
  package var alert: Alert
  package var event: ViolationEvent

  package init(alert: Alert, event: ViolationEvent) {
    self.alert = alert
    self.event = event
  }
}
