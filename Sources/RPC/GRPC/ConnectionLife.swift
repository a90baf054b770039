/// Decides, pulse by pulse, what time does to a connection. It reads no clock: it counts pulses in
/// which nothing changed, so it is at most one pulse late and never early.
struct ConnectionLife {
  /// What is to be done.
  enum Step: Equatable {
    /// Nothing.
    case goOn
    /// See whether the client is there.
    case ping
    /// It is not.
    case giveUp
    /// It holds the connection without using it as it should.
    case refuse
    /// Tell the client, serve what is under way, close.
    case end
    /// End what is still under way.
    case cut
  }

  private let limits: Limits
  private let maxAge: Duration
  private var last = HTTP2Session.Activity()
  private var age = Duration.zero
  /// How long nothing of each kind has happened.
  private var silence = Duration.zero
  private var owing = Duration.zero
  private var idleness = Duration.zero
  private var stall = Duration.zero

  init(limits: Limits) {
    self.limits = limits
    maxAge = limits.maxConnectionAge * Double.random(in: 0.9...1.1)
  }

  /// The step after one more pulse, given all that has happened, whether calls are open, whether
  /// responses wait for the client, and whether the server needs the memory of those.
  mutating func pulse(
    _ activity: HTTP2Session.Activity, hasCalls: Bool, hasResponses: Bool, isBusy: Bool = false
  ) -> Step {
    defer { last = activity }
    age += limits.pulse
    count(&owing, while: activity.owesBytes && activity.completed == last.completed)
    count(&silence, while: activity.received == last.received)
    count(&stall, while: hasResponses && activity.sent == last.sent)
    count(&idleness, while: !hasCalls && activity.accepted == last.accepted)

    let patience = isBusy ? limits.busyStallTimeout : limits.stallTimeout
    if owing >= limits.frameTimeout || stall >= patience { return .refuse }
    if silence >= limits.keepaliveTime + limits.keepaliveTimeout { return .giveUp }
    if age >= maxAge + limits.connectionAgeGrace { return .cut }
    // Before the end, which comes again at each pulse: a connection that ends may take its time.
    if silence >= limits.keepaliveTime { return .ping }
    return age >= maxAge || idleness >= limits.idleTimeout ? .end : .goOn
  }

  private func count(_ time: inout Duration, while nothingHappens: Bool) {
    time = nothingHappens ? time + limits.pulse : .zero
  }
}
