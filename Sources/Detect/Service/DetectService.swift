import Synchronization

/// The service: every operation of the API, on one engine and one store.
///
/// Methods may be called from any thread; what they do happens on the service's own workers, in one
/// order. Each answer is given once what it says is durable.
package final class DetectService: Sendable {
  package let settings: Settings
  private let store: any Store
  private let workers: Workers
  let clock: @Sendable () -> Int64
  private let identifiers: @Sendable () -> String
  private let sequencer: Sequencer
  private let feed: EventFeed
  /// What is to be sent, for those who send it.
  package let alerts: AlertQueue
  private let queue = ReportQueue(limit: Limits.queuedReportBytes)
  let quotas: OperationQuotas
  /// How many suggestions are in the making.
  let suggestionsInMaking = Mutex(0)
  private let onFault: @Sendable (StoreError) -> Void

  /// Loads what the store knows.
  ///
  /// - Parameters:
  ///   - clock: milliseconds since the epoch.
  ///   - identifiers: a fresh UUID at each call.
  ///   - stepsPerSlice: steps of a long close or change that a report may have to wait for.
  ///   - commitDelay: milliseconds that a group of inputs may wait for company; see `Sequencer`.
  ///   - snapshotItems: records and chunks that a part of a snapshot has at most.
  ///   - unsavedBytes: bytes of retained values for which a snapshot is due.
  ///   - onFault: told of every failure of the store, for the log.
  package init(
    store: any Store, settings: Settings, workers: Workers,
    stepsPerSlice: Int = Limits.stepsPerSlice, commitDelay: Int64 = Limits.defaultCommitDelay,
    snapshotItems: Int = Limits.snapshotItems, unsavedBytes: Int = Limits.unsavedBytes,
    clock: @escaping @Sendable () -> Int64, identifiers: @escaping @Sendable () -> String,
    onFault: @escaping @Sendable (StoreError) -> Void
  ) throws(StoreError) {
    let recovery = try Recovery(from: store)
    for profile in recovery.engine.catalog.profiles.values {
      let metrics = recovery.engine.catalog.metrics
      if let fault = profile.faults(of: metrics, settings: settings).first {
        throw .unsuitable(
          "security profile \(profile.name) cannot be judged under these settings: \(fault)")
      }
    }
    self.settings = settings
    self.store = store
    self.workers = workers
    self.clock = clock
    self.identifiers = identifiers
    self.onFault = onFault
    feed = EventFeed(newest: recovery.engine.lastSequence)
    quotas = OperationQuotas(isEnforced: settings.enforcesRateQuotas)
    alerts = AlertQueue(store: store, workers: workers, onFault: onFault)
    sequencer = Sequencer(
      recovery, settings: settings, stepsPerSlice: stepsPerSlice, commitDelay: commitDelay,
      snapshotItems: snapshotItems, unsavedBytes: unsavedBytes, store: store, workers: workers,
      feed: feed, alerts: alerts, onFault: onFault)
  }

  /// The clock's present: milliseconds since the epoch.
  package var now: Int64 { clock() }

  // MARK: Operations

  /// Performs an operation on profiles, targets, things, groups or tags.
  package func perform<O: Operation>(_ operation: O) async throws(DetectError) -> O.Response {
    try quotas.admit(O.name, at: clock())
    while true {
      let decision = try await order { state throws(DetectError) -> Decision<O.Response>? in
        guard state.isSettled else { return nil }
        let now = state.present(self.clock())
        let decision = try state.decide(
          operation, at: Moment(now: now, identifier: self.identifiers()))
        if !decision.changes.isEmpty {
          guard state.isFree else { return nil }
          state.change(decision.changes, at: now)
        }
        return decision
      }
      if !decision.isPart { return decision.response }
    }
  }

  /// The metrics that may be reported now: those that are durably defined. Whoever parses reports asks
  /// anew for each batch.
  package var metrics: MetricDefinitions { sequencer.metrics }

  /// Takes a batch in the order of the calls. Suspends while the queue of reports is full; returns once
  /// the batch has its place, before it is durable.
  package func submit(_ batch: ReportBatch) async -> PendingBatch {
    let pending = PendingBatch()
    let cost = batch.cost
    await queue.enter(cost)
    sequencer.order { [clock] state in
      var outcome = state.apply(reports: batch.reports, at: state.present(clock()))
      for index in outcome.rejections.indices {
        outcome.rejections[index].index = batch.indices[outcome.rejections[index].index]
      }
      outcome.rejections = (outcome.rejections + batch.rejections).sorted { $0.index < $1.index }
      return outcome
    } then: { [queue] (result: Result<BatchOutcome, DetectError>) in
      queue.leave(cost)
      pending.decide(result)
    }
    return pending
  }

  // MARK: Violations

  /// Violations in alarm now, newest first. Each page is of its own moment: who follows the tokens sees what is in
  /// alarm all the while once, and what begins or ends meanwhile perhaps.
  package func listActiveViolations(
    _ request: ListActiveViolations
  ) async throws(DetectError) -> Page<ActiveViolation> {
    try quotas.admit(ListActiveViolations.name, at: clock())
    let paging = try request.paging()
    let start = try paging.eventPosition()
    return try await order { state throws(DetectError) in
      guard state.isSettled else { return nil }
      let engine = try state.engineToRead()
      if let name = request.securityProfileName, engine.catalog.profiles[name] == nil {
        throw .notFound("security profile \(name) does not exist")
      }
      return paging.page(
        lookingAt: Limits.violationsVisitedPerPage, position: \.eventPosition.text,
        { request.matches($0) ? $0 : nil },
        in: {
          engine.visitActiveViolations(
            of: request.thingName.map(ThingName.init(_:)), after: start, $0)
        })
    }
  }

  /// Events of a range of time, newest first.
  package func listViolationEvents(
    _ request: ListViolationEvents
  ) async throws(DetectError) -> Page<ViolationEvent> {
    try quotas.admit(ListViolationEvents.name, at: clock())
    let paging = try request.paging()
    // Of a change that comes now, some invalidations may be in the store before the others.
    let lastSequence = try await order { state throws(DetectError) in
      state.isSettled ? try state.engineToRead().lastSequence : nil
    }
    let query = try request.query(paging, upTo: lastSequence)
    let events = try await read { store throws(StoreError) in try store.violationEvents(query) }
    return paging.page(of: events, position: \.eventPosition.text)
  }

  /// Keeps what a person said of a violation, active or ended.
  package func putVerificationState(
    _ request: PutVerificationStateOnViolation
  ) async throws(DetectError) {
    try quotas.admit(PutVerificationStateOnViolation.name, at: clock())
    let said = try request.checked()
    @Sendable func keep(_ state: inout Sequencer.State) {
      _ = state.apply(.verify(said, at: state.present(clock())))
    }
    let isKept = try await order { state throws(DetectError) -> Bool? in
      guard state.isSettled else { return nil }
      let isActive = try state.engineToRead().isActive(said.violationID)
      if isActive { keep(&state) }
      return isActive
    }
    guard !isKept else { return }
    // What has ended before is in the store by now: the answer above came once it was.
    let hasEnded = try await read { store throws(StoreError) in
      try store.hasEvents(ofViolation: said.violationID)
    }
    guard hasEnded else { throw request.unknownViolation }
    try await order { state in state.isSettled ? keep(&state) : nil }
  }

  /// Why the alarm of a violation was raised. Who knows a violation has seen it, so it is durable.
  package func explainViolation(
    _ request: ExplainViolation
  ) async throws(DetectError) -> ViolationExplanation {
    try quotas.admit(ExplainViolation.name, at: clock())
    let violationID = try request.checked()
    let explanation = try await read { store throws(StoreError) in
      try store.explanation(ofViolation: violationID)
    }
    guard let explanation else { throw request.notExplained }
    return explanation
  }

  /// The sequence number of the newest durable event, 0 where there is none yet.
  package var newestSequence: Int64 { feed.newest }

  /// Events with a sequence number above `sequence`, oldest first, at least one: waits until there is one.
  /// A task that is cancelled while it waits gets an empty list.
  ///
  /// - Throws: `outOfRange` where events after `sequence` were removed already; `invalidRequest` where no
  ///   event has had this sequence number yet.
  package func violationEvents(
    after sequence: Int64
  ) async throws(DetectError) -> [ViolationEvent] {
    while !Task.isCancelled {
      switch feed.events(after: sequence) {
      case .events(let events): return events
      case .beyondNewest(let newest):
        throw .invalidRequest(
          "the newest event has sequence number \(newest)", field: "afterSequence")
      case .nothingYet: await feed.wait(after: sequence)
      case .inStore: return try await storedEvents(after: sequence)
      }
    }
    return []
  }

  private func storedEvents(after sequence: Int64) async throws(DetectError) -> [ViolationEvent] {
    // The store may be ahead of the feed by the group that was committed just now; a watcher that had its
    // events already would ask for what comes after events of which the feed does not know.
    let newest = feed.newest
    let events = try await read { store throws(StoreError) in
      try store.violationEvents(afterSequence: sequence, limit: Limits.eventsPerRead)
    }.filter { $0.sequence <= newest }
    guard let first = events.first, first.sequence == sequence + 1 else {
      let oldest = events.first?.sequence ?? feed.newest + 1
      throw .outOfRange(
        "events before sequence number \(oldest) are no longer kept", oldestSequence: oldest)
    }
    return events
  }

  // MARK: Metric values

  /// Retained values of one thing and metric, oldest first: those in memory and those in the store.
  package func listMetricValues(
    _ request: ListMetricValues
  ) async throws(DetectError) -> Page<MetricDatum> {
    try quotas.admit(ListMetricValues.name, at: clock())
    let query = try MetricValueQuery(request, of: metrics)
    let recent = try await order { state throws(DetectError) in
      let engine = try state.engineToRead()
      guard engine.knows(query.thing) else {
        throw .notFound("thing \(query.thing.text) does not exist and has never reported")
      }
      return (
        values: engine.unsavedValues(of: query.thing, query.metric),
        snapshotPosition: state.snapshots.position
      )
    }
    let stored = try await read { store throws(StoreError) in
      var values: [MetricDatum] = []
      let chunks = try store.metricValues(
        thing: query.thing, start: query.start, end: query.end, upTo: recent.snapshotPosition)
      for chunk in chunks { values += try chunk.decoded(of: query.metric) }
      return values
    }
    return query.page(of: stored + recent.values)
  }

  // MARK: Life

  /// To be called about once a second: closes buckets and ends silences that are due, comes back after a
  /// failure of the store, and removes what is kept no longer.
  package func tick() {
    let now = clock()
    sequencer.tick(now: now)
    workers.writer.enqueue { self.removeExpired(now: now) }
  }

  /// Refuses what comes from now on, and returns once everything that was taken is durable.
  package func stop() async {
    await withCheckedContinuation { continuation in
      sequencer.stop { continuation.resume() }
    }
  }

  /// Removes one step of what has expired; the next step is a job of its own, so that commits come between.
  private func removeExpired(now: Int64) {
    do {
      let isMore = try store.removeExpired(
        eventsBefore: now - settings.violationEventRetention,
        valuesBefore: now - settings.metricValueRetention, limit: Limits.rowsPerRemoval)
      if isMore { workers.writer.enqueue { self.removeExpired(now: now) } }
    } catch {
      onFault(error)
    }
  }

  // MARK: Workers

  /// Runs a step on the engine, and returns its answer once that is durable. A step that answers nil is run again
  /// when the work under way is done.
  func order<Answer: Sendable>(
    _ step: @escaping @Sendable (inout Sequencer.State) throws(DetectError) -> Answer?
  ) async throws(DetectError) -> Answer {
    let result = await withCheckedContinuation { continuation in
      sequencer.order(step) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Reads from the store on its worker.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any Store) throws(StoreError) -> Answer
  ) async throws(DetectError) -> Answer {
    let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
      workers.reader.enqueue { [store] in
        do throws(StoreError) {
          continuation.resume(returning: .success(try body(store)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    switch result {
    case .success(let answer): return answer
    case .failure(let error):
      onFault(error)
      throw .unavailable("the store cannot be read at the moment")
    }
  }
}
