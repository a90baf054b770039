import Synchronization

/// Gives everything that happens one order, and makes it durable in groups.
///
///     order(step) ─► inbox ─► engine worker: apply to the engine, add to the open group
///                                  │ when no commit is under way
///                                  ▼
///                             writer worker: commit the group  ─► answers of the group are given
///
/// While one group is being written, the next one fills. An answer is held until everything it may have
/// seen is durable, answers of reads included: nobody sees what a failed commit takes back. When a commit
/// fails, the engine is thrown away and loaded again from the store, and every answer that waited becomes
/// `unavailable`.
final class Sequencer: Sendable {
  /// Called once what came before is durable (nil) or will never be (the error to answer).
  typealias Completion = @Sendable (DetectError?) -> Void

  private let settings: Settings
  private let store: any Store
  private let workers: Workers
  private let feed: EventFeed
  private let alerts: AlertQueue
  private let onFault: @Sendable (StoreError) -> Void
  private let inbox = Mutex(Inbox())
  /// Touched only on the engine worker; the lock is never contended and proves it to the compiler.
  private let state: Mutex<State>
  /// What is durable, for other threads. A definition that a failed commit takes back is never seen, so
  /// no report can carry the number of a metric that does not exist.
  private let publishedMetrics: Mutex<MetricDefinitions>

  private struct Inbox {
    var jobs: [@Sendable (inout State) -> Void] = []
    var isScheduled = false
  }

  /// What a step may do: read the engine and tell it inputs.
  struct State: Sendable {
    /// Nil after a failed commit, until the store can be read again.
    fileprivate(set) var engine: Engine?
    /// Position of the last snapshot that is written.
    fileprivate(set) var snapshotPosition: Int64
    /// The snapshot that is being written, nil while none is.
    fileprivate(set) var snapshot: Snapshot?
    /// Position of the last group given to the writer.
    fileprivate var position: Int64
    /// Bytes of inputs since the last snapshot.
    fileprivate var journalBytes: Int
    fileprivate var open = OpenGroup()
    /// Answers that wait for the group that is being written.
    fileprivate var waiting: [Completion] = []
    fileprivate var isWriting = false
    /// Whether nothing is taken any more.
    fileprivate var isStopped = false
    /// Called when everything that was taken is durable.
    fileprivate var onStopped: [@Sendable () -> Void] = []

    // The engine is never bound to a name of its own while it is told something: a second reference
    // would make every change copy its tables.

    /// What the operation answers and changes, as things are.
    func decide<O: Operation>(
      _ operation: O, at moment: Moment
    ) throws(DetectError) -> Decision<O.Response> {
      try operation.decide(engineToRead().catalog, at: moment)
    }

    func engineToRead() throws(DetectError) -> Engine {
      guard let engine else { throw .unavailable("the store cannot be read at the moment") }
      return engine
    }

    /// Applies an input and adds it to the open group.
    mutating func apply(_ input: Input) -> Engine.Outcome {
      guard let outcome = engine?.apply(input) else { return Engine.Outcome() }
      input.encode(to: &open.inputs)
      open.add(outcome)
      return outcome
    }

    /// Applies reports; a batch of which nothing is taken changes nothing and is not written.
    mutating func apply(reports: [MetricReport], at time: Int64) -> BatchOutcome {
      let input = Input.reports(reports, at: time)
      guard let outcome = engine?.apply(input) else { return BatchOutcome() }
      if outcome.batch.accepted > 0 {
        input.encode(to: &open.inputs)
        open.add(outcome)
      }
      return outcome.batch
    }

    /// The time that an input of now carries: it never goes back, whatever the clock does.
    func present(_ now: Int64) -> Int64 {
      max(now, engine?.clock ?? now)
    }
  }

  fileprivate struct OpenGroup: Sendable {
    var inputs = ByteWriter()
    var events: [ViolationEvent] = []
    var verifications: [ViolationVerification] = []
    var explanations: [ViolationExplanation] = []
    var alerts: [Alert] = []
    var completions: [Completion] = []

    mutating func add(_ outcome: Engine.Outcome) {
      events += outcome.events
      verifications += outcome.verifications
      explanations += outcome.explanations
      alerts += outcome.alerts
    }
  }

  init(
    _ recovery: Recovery, settings: Settings, store: any Store, workers: Workers, feed: EventFeed,
    alerts: AlertQueue, onFault: @escaping @Sendable (StoreError) -> Void
  ) {
    self.settings = settings
    self.store = store
    self.workers = workers
    self.feed = feed
    self.alerts = alerts
    self.onFault = onFault
    publishedMetrics = Mutex(recovery.engine.catalog.metrics)
    state = Mutex(
      State(
        engine: recovery.engine, snapshotPosition: recovery.snapshotPosition,
        position: recovery.position, journalBytes: recovery.journalBytes))
    post { self.configure(&$0) }
  }

  /// The metrics that are durably defined.
  var metrics: MetricDefinitions { publishedMetrics.withLock { $0 } }

  /// Runs a step in its place in the order, and calls back with its answer once that is durable.
  func order<Answer: Sendable>(
    _ step: @escaping @Sendable (inout State) throws(DetectError) -> Answer,
    then complete: @escaping @Sendable (Result<Answer, DetectError>) -> Void
  ) {
    post { state in
      guard !state.isStopped else {
        return complete(.failure(.unavailable("the service is stopping")))
      }
      guard state.engine != nil else {
        return complete(.failure(.unavailable("the store cannot be read at the moment")))
      }
      let answer: Result<Answer, DetectError>
      do throws(DetectError) {
        answer = .success(try step(&state))
      } catch {
        answer = .failure(error)
      }
      state.open.completions.append { failure in
        complete(failure.map(Result.failure) ?? answer)
      }
    }
  }

  /// Lets time pass where that changes anything, and tries to come back after a failure.
  func tick(now: Int64) {
    post { state in
      guard !state.isStopped else { return }
      if state.engine == nil { self.reload(&state) }
      guard state.engine?.isDue(at: now) == true else { return }
      _ = state.apply(.advance(to: state.present(now)))
    }
  }

  /// Refuses what comes from now on, and calls back once everything before is durable, with a last
  /// snapshot written so that the next start is short.
  func stop(_ complete: @escaping @Sendable () -> Void) {
    post { state in
      state.isStopped = true
      state.onStopped.append(complete)
    }
  }

  // MARK: On the engine worker

  private func post(_ job: @escaping @Sendable (inout State) -> Void) {
    let mustSchedule = inbox.withLock { inbox in
      inbox.jobs.append(job)
      defer { inbox.isScheduled = true }
      return !inbox.isScheduled
    }
    if mustSchedule { workers.engine.enqueue { self.drain() } }
  }

  private func drain() {
    let jobs = inbox.withLock { inbox in
      defer {
        inbox.jobs = []
        inbox.isScheduled = false
      }
      return inbox.jobs
    }
    state.withLock { state in
      for job in jobs { job(&state) }
      flush(&state)
    }
  }

  /// Gives the open group to the writer, unless it is busy.
  private func flush(_ state: inout State) {
    guard !state.isWriting else { return }
    let open = state.open
    state.open = OpenGroup()
    guard !open.inputs.bytes.isEmpty else {
      for complete in open.completions { complete(nil) }
      if state.isStopped { finishStop(&state) }
      return
    }
    state.position += 1
    state.isWriting = true
    state.waiting = open.completions
    state.journalBytes += open.inputs.bytes.count
    let group = JournalGroup(
      position: state.position, inputs: open.inputs.bytes, events: open.events,
      verifications: open.verifications, explanations: open.explanations, alerts: open.alerts)
    if isSnapshotDue(state) { takeSnapshot(&state) }
    let snapshot = state.snapshot
    let metrics = state.engine?.catalog.metrics ?? MetricDefinitions()
    workers.writer.enqueue { self.write(group, snapshot, metrics) }
  }

  private func isSnapshotDue(_ state: State) -> Bool {
    state.journalBytes >= settings.snapshotJournalBytes
      || (state.engine?.unsavedValueCount ?? 0) >= Limits.unsavedValues
  }

  private func takeSnapshot(_ state: inout State) {
    state.snapshot = state.engine?.takeSnapshot(at: state.position)
    state.journalBytes = 0
  }

  /// Writes a last snapshot where there is something new, then says that everything is durable.
  private func finishStop(_ state: inout State) {
    guard state.journalBytes > 0, state.engine != nil else {
      for complete in state.onStopped { complete() }
      state.onStopped = []
      return
    }
    takeSnapshot(&state)
    guard let snapshot = state.snapshot else { return }
    state.isWriting = true
    workers.writer.enqueue {
      do throws(StoreError) {
        try self.store.writeSnapshot(snapshot)
      } catch {
        // The journal holds everything; the next start only takes longer.
        self.onFault(error)
      }
      self.snapshotWritten()
    }
  }

  /// The group is durable: its events and metrics may be seen and its answers be given.
  private func committed(_ group: JournalGroup, _ metrics: MetricDefinitions) {
    alerts.announce(group.alerts.map(\.target))
    post { state in
      self.publishedMetrics.withLock { $0 = metrics }
      self.feed.publish(group.events, group.verifications)
      let waiting = state.waiting
      state.waiting = []
      for complete in waiting { complete(nil) }
      if state.snapshot == nil { state.isWriting = false }
    }
  }

  private func snapshotWritten() {
    post { state in
      state.snapshotPosition = state.snapshot?.position ?? state.snapshotPosition
      state.snapshot = nil
      state.isWriting = false
    }
  }

  /// What was not written is forgotten: the engine is again what the store knows.
  private func failed(_ fault: StoreError) {
    onFault(fault)
    post { state in
      let error = DetectError.unavailable("the store cannot be written at the moment")
      let completions = state.waiting + state.open.completions
      state.waiting = []
      state.open = OpenGroup()
      state.snapshot = nil
      state.isWriting = false
      for complete in completions { complete(error) }
      self.reload(&state)
    }
  }

  /// Puts the settings in force, where those in the journal are others.
  private func configure(_ state: inout State) {
    guard state.engine?.settings != settings else { return }
    _ = state.apply(.configure(settings))
  }

  /// Loads the engine as the store knows it; leaves none where the store cannot be read.
  private func reload(_ state: inout State) {
    state.engine = nil
    do {
      let recovery = try Recovery(from: store)
      state.engine = recovery.engine
      state.snapshotPosition = recovery.snapshotPosition
      state.position = recovery.position
      state.journalBytes = recovery.journalBytes
      publishedMetrics.withLock { $0 = recovery.engine.catalog.metrics }
      configure(&state)
      feed.restart(newest: recovery.engine.lastSequence)
    } catch {
      onFault(error)
    }
  }

  // MARK: On the writer worker

  private func write(
    _ group: JournalGroup, _ snapshot: Snapshot?, _ metrics: MetricDefinitions
  ) {
    do {
      try store.commit(group)
      committed(group, metrics)
      guard let snapshot else { return }
      try store.writeSnapshot(snapshot)
      snapshotWritten()
    } catch {
      failed(error)
    }
  }
}
