@testable import Detect

/// One life of a service whose store fails and whose power is cut, with the clients it has, all of it from
/// a seed.
///
///     reporters ─┐                      ┌─ engine worker
///     operator  ─┤   lanes, of which    ├─ writer worker ──► FaultyStore ──► Disk
///     auditor   ─┼── a seed picks one ──┤
///     watchers  ─┘   job at a time      └─ reader worker
///
/// A restart makes a new service, with new workers, on the same disk. The service before goes on without
/// power: nothing that it does leads to anything, and nobody listens to what it says.
///
/// The state is touched by the one thread that calls `run`, so it may be unchecked.
final class Simulation: @unchecked Sendable {
  static let start: Int64 = 1_700_000_000_000
  /// Steps after which a life is taken for stuck; a usual one takes a few thousand.
  private static let stepLimit = 300_000

  let seed: UInt64
  let clock = ManualClock(Simulation.start)
  let disk: Disk
  private var random: SeededGenerator
  private var lanes: [Lane] = []
  private var tasksLeft = 0
  private var steps = 0
  private var store: FaultyStore
  /// Nil between a crash and the start that follows.
  private(set) var service: DetectService?
  private var isStopping = false
  private var crashesLeft: Int
  private(set) var crashes = 0
  /// The stores of services that have stopped in peace.
  private(set) var stoppedStores: [FaultyStore] = []
  /// Times that answers were lost on their way, because the power was cut.
  private(set) var answersLost = 0

  /// Clients that have something to do; when there are none, the faults end.
  private var busyClients = 0
  private var isHealed = false
  /// Whether nobody begins anything any more.
  private(set) var isOver = false
  /// Calls that wait for events; the end of the service ends them.
  private var watches: [Task<[ViolationEvent], any Error>] = []
  var record = ClientRecord()
  /// What was seen that must not be.
  var violations: [String] = []

  init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    disk = Disk(seed: seed ^ 0xd15c)
    store = FaultyStore(disk)
    crashesLeft = Int.random(in: 0...4, using: &random)
  }

  /// Lives the life to its end, and says what was wrong with it.
  func run() -> [String] {
    tryToStart()
    addClients()
    while !isSettled && steps < Self.stepLimit {
      if busyClients == 0 { heal() }
      step()
    }
    isOver = true
    finish()
    endWatches()
    finish()
    if tasksLeft > 0 { violations.append("\(tasksLeft) clients still wait for an answer") }
    violations += Oracle(of: self).violations
    return violations
  }

  /// Whether everything is said and done, and every watcher has seen it.
  private var isSettled: Bool {
    guard isHealed, busyClients == 0, service != nil, !isStopping else { return false }
    let events = disk.groups.reduce(0) { $0 + $1.events.count }
    return record.seen.values.allSatisfy { $0.count >= events }
  }

  /// Runs what is under way to its end.
  private func finish() {
    while steps < Self.stepLimit, stepLane() {}
  }

  // MARK: Steps

  private func step() {
    switch Int.random(in: 0..<1000, using: &random) {
    case 0..<3 where crashesLeft > 0:
      crashesLeft -= 1
      crash()
    case 3..<5 where crashesLeft > 0: stop()
    case 5..<35: passTime()
    default: if !stepLane() { passTime() }
    }
    if service == nil {
      tryToStart()
    } else if !store.hasPower {
      crash()
    }
  }

  /// Runs a job of some lane that has one; false where none has.
  private func stepLane() -> Bool {
    let ready = lanes.filter { !$0.isIdle }
    guard !ready.isEmpty else { return false }
    steps += 1
    ready[Int.random(in: 0..<ready.count, using: &random)].step()
    return true
  }

  private func passTime() {
    switch Int.random(in: 0..<200, using: &random) {
    case 0: clock.advance(by: 49 * 3_600_000)
    case 1..<6: clock.advance(by: -Int64.random(in: 0...60_000, using: &random))
    default: clock.advance(by: Int64.random(in: 0...120_000, using: &random))
    }
    service?.tick()
  }

  // MARK: The life of services

  private func tryToStart() {
    store = FaultyStore(disk)
    let workers = [Lane(), Lane(), Lane()]
    let identifier = "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1"
    service = try? DetectService(
      store: store, settings: drawSettings(),
      workers: Workers(engine: workers[0], writer: workers[1], reader: workers[2]),
      stepsPerSlice: [1, 3, 10, 30, Limits.stepsPerSlice][Int.random(in: 0..<5, using: &random)],
      commitDelay: Int64.random(in: 0...2, using: &random),
      snapshotItems: [1, 2, 5, Limits.snapshotItems][Int.random(in: 0..<4, using: &random)],
      clock: { [clock] in clock.now }, identifiers: { identifier }, onFault: { _ in })
    if service != nil { lanes += workers }
  }

  private func drawSettings() -> Settings {
    var settings = Settings()
    settings.snapshotJournalBytes =
      [1, 300, 3000, 1 << 20][
        Int.random(in: 0..<4, using: &random)]
    settings.minimumReportInterval = Int.random(in: 0..<4, using: &random) == 0 ? 1000 : 0
    settings.silence = Int.random(in: 0..<2, using: &random) == 0 ? 3_600_000 : 48 * 3_600_000
    settings.grace = [0, 30_000, 60_000][Int.random(in: 0..<3, using: &random)]
    settings.metricValueRetention = 10_000 * 86_400_000
    settings.violationEventRetention = 10_000 * 86_400_000
    return settings
  }

  /// The power is cut: what is on its way to the disk or to a client is lost.
  private func crash() {
    crashes += 1
    endService()
  }

  /// A stop as the daemon does it. What was taken is on the disk when the stop is over; that nothing is
  /// written later is looked at in the end.
  private func stop() {
    guard let service, !isStopping else { return }
    isStopping = true
    spawn { [self] in
      await service.stop()
      guard service === self.service else { return }
      stoppedStores.append(store)
      endService()
    }
  }

  private func endService() {
    store.cutPower()
    service = nil
    isStopping = false
    endWatches()
  }

  private func heal() {
    guard !isHealed else { return }
    isHealed = true
    crashesLeft = 0
    disk.heal()
    addLastClient()
  }

  // MARK: Clients

  /// Runs a client's task in a lane of its own.
  func spawn(_ body: @escaping @Sendable () async -> Void) {
    tasksLeft += 1
    Task.detached(executorPreference: addLane()) { [self] in
      await body()
      tasksLeft -= 1
    }
  }

  func addLane() -> Lane {
    let lane = Lane()
    lanes.append(lane)
    return lane
  }

  /// Runs a client whose end the life waits for.
  func spawnBusy(_ body: @escaping @Sendable () async -> Void) {
    busyClients += 1
    spawn { [self] in
      await body()
      busyClients -= 1
    }
  }

  /// The service that runs now; waits while there is none.
  func running() async -> DetectService {
    while true {
      if let service { return service }
      await Task.yield()
    }
  }

  /// Whether an answer of this service still reaches its client.
  func hears(_ answering: DetectService) -> Bool {
    if answering !== service { answersLost += 1 }
    return answering === service
  }

  /// Waits in a lane for the events after a sequence number, until the service ends: there are none then.
  func watch(
    _ service: DetectService, after sequence: Int64, in lane: Lane
  ) async throws -> [ViolationEvent] {
    let watch = Task.detached(executorPreference: lane) {
      try await service.violationEvents(after: sequence)
    }
    watches.append(watch)
    return try await watch.value
  }

  private func endWatches() {
    for watch in watches { watch.cancel() }
    watches = []
  }
}
