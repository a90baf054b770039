internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Tries profiles out on a stream of reports and tells what the engine would have said.
  ///
  /// The first message names the profiles; each further one carries reports, whose events are sent before
  /// the next message is read. Nothing is kept beyond the things and their windows.
  func backtest(next: @escaping Next, send: Send) async throws(RPCStatus) {
    guard let first = try await next() else {
      throw RPCStatus(DetectError.invalidRequest("profiles are required", field: "profiles"))
    }
    let profiles = try await storedBehaviors(of: try profiles(in: first))
    let metrics = backend.service.metrics
    var backtest = try await backend.call { service async throws(DetectError) in
      try Backtest(profiles, of: metrics, settings: service.settings)
    }
    while let request = try await next() {
      let batch = try reports(in: request, of: metrics)
      for event in try await offLoop({ () throws(DetectError) in try backtest.apply(batch) }) {
        try await send(step(event))
      }
    }
    let (events, summary) = try await offLoop { () throws(DetectError) in backtest.finish() }
    for event in events { try await send(step(event)) }
    try await send(step(summary))
  }

  /// Does what may take long on a thread that no connection waits for.
  private func offLoop<Result>(
    _ body: () throws(DetectError) -> Result
  ) async throws(RPCStatus) -> Result {
    try await backend.call { _ async throws(DetectError) in
      try await withTaskExecutorPreference(globalConcurrentExecutor) {
        () async throws(DetectError) in try body()
      }
    }
  }

  /// The profiles of the first message; those without behaviors stand for stored ones.
  private func profiles(
    in request: [UInt8]
  ) throws(RPCStatus) -> [(name: String, behaviors: [Behavior])] {
    try unsafe decode(request, detect__v1__backtest_request__init) { request throws(RPCStatus) in
      guard unsafe request.step_case == DETECT__V1__BACKTEST_REQUEST__STEP_PROFILES,
        let profiles = unsafe request.profiles?.pointee
      else {
        throw RPCStatus(
          DetectError.invalidRequest("the first message names the profiles", field: "profiles"))
      }
      return unsafe list(profiles.profiles, profiles.n_profiles) { profile in
        unsafe (
          name: text(profile.security_profile_name),
          behaviors: list(profile.behaviors, profile.n_behaviors, Behavior.init)
        )
      }
    }
  }

  /// Fills in the behaviors of profiles that are stored.
  private func storedBehaviors(
    of profiles: [(name: String, behaviors: [Behavior])]
  ) async throws(RPCStatus) -> [(name: String, behaviors: [Behavior])] {
    var filled = profiles
    for (index, profile) in profiles.enumerated() where profile.behaviors.isEmpty {
      filled[index].behaviors = try await backend.perform(
        DescribeSecurityProfile(securityProfileName: profile.name)
      ).profile.behaviors
    }
    return filled
  }

  private func reports(
    in request: [UInt8], of metrics: MetricDefinitions
  ) throws(RPCStatus) -> ReportBatch {
    try unsafe decode(request, detect__v1__backtest_request__init) { request throws(RPCStatus) in
      guard unsafe request.step_case == DETECT__V1__BACKTEST_REQUEST__STEP_REPORTS,
        let reports = unsafe request.reports?.pointee
      else {
        throw RPCStatus(
          DetectError.invalidRequest("every further message carries reports", field: "reports"))
      }
      return try unsafe reportBatch(
        reports.reports, reports.n_reports, of: metrics, requiringIDs: false)
    }
  }

  private func step(_ event: ViolationEvent) -> [UInt8] {
    unsafe encode(detect__v1__backtest_response__init) { response, arena in
      unsafe response.step_case = DETECT__V1__BACKTEST_RESPONSE__STEP_VIOLATION_EVENT
      unsafe response.violation_event = arena.violationEvent(event)
    }
  }

  private func step(_ summary: Backtest.Summary) -> [UInt8] {
    unsafe encode(detect__v1__backtest_response__init) { response, arena in
      unsafe response.step_case = DETECT__V1__BACKTEST_RESPONSE__STEP_SUMMARY
      unsafe response.summary = arena.backtestSummary(summary)
    }
  }
}

extension Arena {
  /// What a backtest counted.
  func backtestSummary(
    _ summary: Backtest.Summary
  ) -> UnsafeMutablePointer<Detect__V1__BacktestSummary> {
    unsafe message(detect__v1__backtest_summary__init) { message, _ in
      unsafe message.reports = UInt64(summary.reports)
      unsafe message.things = UInt64(summary.things)
      unsafe message.datapoints_judged = UInt64(summary.datapointsJudged)
      unsafe message.in_alarm_events = UInt64(summary.inAlarmEvents)
      unsafe message.alarm_cleared_events = UInt64(summary.alarmClearedEvents)
      unsafe message.alarm_invalidated_events = UInt64(summary.alarmInvalidatedEvents)
      unsafe message.active_violations = UInt64(summary.activeViolations)
    }
  }
}
