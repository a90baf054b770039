import Synchronization

/// Gives everything that happens one order, and makes it durable in groups.
///
///     order(step) ─► inbox ─► engine worker: apply to the engine, add to the open group
///                                  │ when the writer is free and the group is ripe
///                                  ▼
///                             writer worker: commit the group  ─► answers of the group are given
///                                            do a chore        (`SnapshotCycle`)
///
/// While one group is being written, the next one fills. A group that begins while the writer is free is written
/// at once. One that begins while it is busy has company: it ripens for the commit delay, counted from its
/// beginning, so that more share a confirmation of the disk. What takes long, an advance or a change that concerns
/// every thing, is cut into slices of some steps, one for each group, behind what has come in meanwhile. So no
/// report waits for more than a slice, and the work goes on however many reports there are. Changes wait until it
/// is done; so do reads while a change has invalidations left to tell.
///
/// An answer is held until everything it may have
/// seen is durable, answers of reads included: nobody sees what a failed commit takes back. When a commit
/// fails, the engine is thrown away and loaded again from the store, and every answer that waited becomes
/// `unavailable`.
final class Sequencer: Sendable {
  /// Called once what came before is durable (nil) or will never be (the error to answer).
  typealias Completion = @Sendable (DetectError?) -> Void

  private let settings: Settings
  private let commitDelay: Int64
  private let snapshotItems: Int
  private let unsavedBytes: Int
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

  typealias Job = @Sendable (inout State) -> Void

  private struct Inbox {
    var jobs: [Job] = []
    var isScheduled = false
  }

  init(
    _ recovery: Recovery, settings: Settings, stepsPerSlice: Int, commitDelay: Int64,
    snapshotItems: Int, unsavedBytes: Int, store: any Store, workers: Workers, feed: EventFeed,
    alerts: AlertQueue,
    onFault: @escaping @Sendable (StoreError) -> Void
  ) {
    self.settings = settings
    self.commitDelay = commitDelay
    self.snapshotItems = snapshotItems
    self.unsavedBytes = unsavedBytes
    self.store = store
    self.workers = workers
    self.feed = feed
    self.alerts = alerts
    self.onFault = onFault
    publishedMetrics = Mutex(recovery.engine.catalog.metrics)
    state = Mutex(
      State(
        engine: recovery.engine,
        snapshots: SnapshotCycle(
          recovery, journalLimit: settings.snapshotJournalBytes, unsavedLimit: unsavedBytes,
          items: snapshotItems),
        position: recovery.position, stepsPerSlice: stepsPerSlice))
    post { self.configure(&$0) }
  }

  /// The metrics that are durably defined.
  var metrics: MetricDefinitions { publishedMetrics.withLock { $0 } }

  /// Runs a step in its place in the order, and calls back with its answer once that is durable. A step that
  /// answers nil, and has changed nothing, is run again when the work under way is done.
  func order<Answer: Sendable>(
    _ step: @escaping @Sendable (inout State) throws(DetectError) -> Answer?,
    then complete: @escaping @Sendable (Result<Answer, DetectError>) -> Void
  ) {
    post { self.run(step, &$0, then: complete) }
  }

  private func run<Answer: Sendable>(
    _ step: @escaping @Sendable (inout State) throws(DetectError) -> Answer?, _ state: inout State,
    then complete: @escaping @Sendable (Result<Answer, DetectError>) -> Void
  ) {
    guard !state.isStopped else {
      return complete(.failure(.unavailable("the service is stopping")))
    }
    guard state.engine != nil else {
      return complete(.failure(.unavailable("the store cannot be read at the moment")))
    }
    let result: Result<Answer, DetectError>
    let wasSettled = state.isSettled
    do throws(DetectError) {
      guard let answer = try step(&state) else {
        return state.held.append { self.run(step, &$0, then: complete) }
      }
      result = .success(answer)
    } catch {
      result = .failure(error)
    }
    let answer: Completion = { failure in complete(failure.map(Result.failure) ?? result) }
    if wasSettled, !state.isSettled {
      state.answerOfChange = answer
    } else {
      state.open.completions.append(answer)
    }
  }

  /// Lets time pass where that changes anything, and tries to come back after a failure.
  func tick(now: Int64) {
    post { state in
      guard !state.isStopped else { return }
      if state.engine == nil { self.reload(&state) }
      state.snapshots.resume()
      guard state.isFree, state.engine?.isDue(at: now) == true else { return }
      state.advance(to: state.present(now))
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
      for job in released(&state) + jobs { job(&state) }
      state.proceed()
      flush(&state)
      // What is left goes on behind what has come in meanwhile.
      let canRelease = !state.held.isEmpty && state.releases
      if canRelease || state.hasWork && state.hasRoom { post { _ in } }
    }
  }

  /// The calls that waited, once they need not wait any more.
  private func released(_ state: inout State) -> [Job] {
    guard state.releases else { return [] }
    defer { state.held = [] }
    return state.held
  }

  /// Gives the writer what there is to do, once it is free: the open group where it is ripe, and a chore.
  private func flush(_ state: inout State) {
    if !state.open.isEmpty { ripen(&state) }
    guard !state.isWriting else { return }
    if state.open.isEmpty {
      for complete in state.open.completions { complete(nil) }
      state.open = OpenGroup()
    }
    guard !state.isBusy else { return }
    let canWrite = state.open.isRipe && !state.snapshots.holdsUp(state.engine)
    let group = canWrite ? takeGroup(&state) : nil
    let chore = nextChore(&state)
    guard group != nil || chore != nil else {
      if state.isStopped, state.open.isEmpty, !state.hasWork { finishStop(&state) }
      return
    }
    state.isBusy = true
    let metrics = state.engine?.catalog.metrics ?? MetricDefinitions()
    workers.writer.enqueue { self.write(group, chore, metrics) }
  }

  /// Decides how long the open group waits for company.
  private func ripen(_ state: inout State) {
    let isAlone = !state.isBusy && !state.open.isRipening
    // Work goes on with the next group; nobody is waited for.
    if isAlone || !state.hasRoom || state.isStopped || commitDelay == 0 {
      state.open.isRipe = true
    } else if !state.open.isRipening {
      state.open.isRipening = true
      let position = state.position + 1
      workers.engine.enqueue(after: commitDelay) {
        self.post { if $0.position + 1 == position { $0.open.isRipe = true } }
      }
    }
  }

  private func takeGroup(_ state: inout State) -> JournalGroup {
    let open = state.open
    state.open = OpenGroup()
    state.position += 1
    state.isWriting = true
    state.waiting = open.completions
    state.snapshots.add(open.inputs.bytes.count)
    return JournalGroup(
      position: state.position, inputs: open.inputs.bytes, events: open.events,
      verifications: open.verifications, explanations: open.explanations, alerts: open.alerts)
  }

  private func nextChore(_ state: inout State) -> SnapshotCycle.Chore? {
    guard state.engine != nil else { return nil }
    // The engine is what the groups have made it only while nothing has been added to the next one.
    if state.open.isEmpty, state.isSnapshotDue || state.isLastSnapshotDue {
      state.snapshots.begin(of: &state.engine, at: state.position)
    }
    guard !state.isStopped || state.snapshots.mustGoOn else { return nil }
    return state.snapshots.next(of: &state.engine)
  }

  /// Says that everything is durable.
  private func finishStop(_ state: inout State) {
    for complete in state.onStopped { complete() }
    state.onStopped = []
  }

  /// The group is durable: its events and metrics may be seen and its answers be given.
  private func committed(_ group: JournalGroup, _ metrics: MetricDefinitions) {
    alerts.announce(group.alerts.map(\.target))
    post { state in
      self.publishedMetrics.withLock { $0 = metrics }
      self.feed.publish(group.events, group.verifications)
      let waiting = state.waiting
      state.waiting = []
      state.isWriting = false
      for complete in waiting { complete(nil) }
    }
  }

  /// The writer is free again.
  private func written(_ chore: SnapshotCycle.Chore?, isMore: Bool = false) {
    post { state in
      state.isBusy = false
      if let chore { state.snapshots.done(chore, isMore: isMore, in: &state.engine) }
    }
  }

  /// What was not written is forgotten: the engine is again what the store knows.
  private func failed(_ fault: StoreError) {
    onFault(fault)
    post { state in
      let error = DetectError.unavailable("the store cannot be written at the moment")
      let completions =
        state.waiting + state.open.completions + (state.answerOfChange.map { [$0] } ?? [])
      state.waiting = []
      state.answerOfChange = nil
      state.open = OpenGroup()
      state.isWriting = false
      state.isBusy = false
      for complete in completions { complete(error) }
      // A stop needs no engine: the journal holds everything, and the next start only takes longer.
      if state.isStopped { state.engine = nil } else { self.reload(&state) }
    }
  }

  /// Puts the settings in force, where those in the journal are others.
  private func configure(_ state: inout State) {
    guard state.engine?.settings != settings else { return }
    // Work that a crash has interrupted ends under the settings under which it began.
    if state.hasWork { _ = state.apply(.proceed(steps: .max)) }
    _ = state.apply(.configure(settings))
  }

  /// Loads the engine as the store knows it; leaves none where the store cannot be read.
  private func reload(_ state: inout State) {
    state.engine = nil
    do {
      let recovery = try Recovery(from: store)
      state.engine = recovery.engine
      state.snapshots = SnapshotCycle(
        recovery, journalLimit: settings.snapshotJournalBytes, unsavedLimit: unsavedBytes,
        items: snapshotItems)
      state.position = recovery.position
      publishedMetrics.withLock { $0 = recovery.engine.catalog.metrics }
      configure(&state)
      feed.restart(newest: recovery.engine.lastSequence)
    } catch {
      onFault(error)
    }
  }

  // MARK: On the writer worker

  private func write(
    _ group: JournalGroup?, _ chore: SnapshotCycle.Chore?, _ metrics: MetricDefinitions
  ) {
    do {
      if let group {
        try store.commit(group)
        committed(group, metrics)
      }
      switch chore {
      case .part(let part):
        try store.writeSnapshot(part)
        written(chore)
      case .compaction(let limit): compact(limit)
      case nil: written(nil)
      }
    } catch {
      failed(error)
    }
  }

  /// What is read is the same before and after a step, so one that fails is only tried again.
  private func compact(_ limit: Int) {
    do {
      let isMore = try store.compact(limit: limit)
      written(.compaction(limit: limit), isMore: isMore)
    } catch {
      onFault(error)
      post { state in
        state.snapshots.pause()
        state.isBusy = false
      }
    }
  }
}
