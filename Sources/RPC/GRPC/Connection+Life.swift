// What happens to a connection because time passes.

extension Connection {
  /// Begins to count time. The timer keeps this connection until `lost`: a weak reference would make
  /// every retain and release of it a slow one.
  func begin() {
    cancelPulse = loop.schedule(after: limits.pulse) { self.pulse() }
  }

  /// Counts no more: the connection is lost. Must be called once it has begun.
  func lost() {
    cancelPulse?()
    cancelPulse = nil
    session.abandon()
  }

  private func pulse() {
    session.refillBudget()
    var activity = session.activity
    if isReadHeld { activity.owesBytes = false }
    let step = life.pulse(
      activity, hasCalls: session.openStreams > 0, hasResponses: responseBytes > 0,
      isBusy: load.isBusy && responseBytes > Limits.fairShareBytes)
    switch step {
    case .goOn: break
    case .ping: session.ping()
    case .giveUp: delegate?.isDead()
    case .refuse: session.terminate(.enhanceYourCalm)
    case .end: endGracefully()
    case .cut:
      cutCalls(RPCStatus(.unavailable, "the connection has reached its age"))
      endGracefully()
    }
    if step != .giveUp { begin() }
  }

  /// Tells the client to send no more calls here, and serves those it has begun. The connection
  /// closes after the last.
  func endGracefully() {
    guard !isEnding else { return }
    isEnding = true
    session.noticeShutdown()
    // Calls that the client began before it saw the notice have arrived by then.
    _ = loop.schedule(after: limits.goAwayDelay) { self.session.refuseNewStreams() }
  }
}
