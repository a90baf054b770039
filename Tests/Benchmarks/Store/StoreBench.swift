import Detect
import Glibc
import StoreSQLite

/// Measures what lasts: how long reports wait while snapshots are written, and how long a start takes.
///
///     StoreBench fill DIRECTORY THINGS     fills a store and kills itself where the journal is longest
///     StoreBench start DIRECTORY           loads it
///     StoreBench expire DIRECTORY          removes all that is retained of values, as far as steps go in a minute
@main enum StoreBench {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 2 else { return usage() }
    switch (arguments[1], arguments.dropFirst(3).first.flatMap { Int($0) }) {
    case ("fill", let things?): try await fill(arguments[2], things: things)
    case ("start", nil): try start(arguments[2])
    case ("expire", nil): try expire(arguments[2])
    default: usage()
    }
  }

  private static func usage() {
    print("usage: StoreBench fill DIRECTORY THINGS | start DIRECTORY | expire DIRECTORY")
  }

  private static func fill(_ directory: String, things: Int) async throws {
    let settings = Settings()
    let longest = settings.snapshotJournalBytes
    do {
      let store = try SQLiteStore(directory: directory)
      let timed = TimedStore(store)
      let load = try Load(on: timed, settings, things: things)
      try await load.createProfile()
      // A round makes the things, and two more show what waits for the snapshots.
      try await load.submit(reports: things)
      let waits = try await load.submit(reports: 2 * things)
      let rate = Double(2 * things) / waits.seconds
      print(
        """
        \(things) things, reports of 8 datapoints of which 1 is judged by 10 behaviors, \
        \(Load.batchSize) a batch,
        \(Load.batchesAtOnce) batches on their way at any time; every one on the disk before it is \
        acknowledged.
          reports per second                       \(Int(rate))
          from submission to acknowledgement, ms   \(waits.summary)
          longest without an acknowledgement, ms   \(text(waits.longestPause, digits: 1))
        """)
      for write in TimedStore.Write.allCases { timed.print(write) }
      await load.service.stop()
      store.close()
    }
    // Before the snapshot that this limit asks for, the journal is as long as the usual one allows.
    var patient = settings
    patient.snapshotJournalBytes = 4 * longest
    let store = try SQLiteStore(directory: directory)
    let load = try Load(on: store, patient, things: things)
    let sample = 200 * Load.batchSize
    try await load.submit(reports: sample)
    let bytesPerReport = try journalBytes(of: store) / sample
    try await load.submit(reports: longest / bytesPerReport - sample)
    let bytes = try journalBytes(of: store)
    print("  killed with a journal of                 \(bytes >> 20) MiB")
    // Of what is printed nothing may wait in this process.
    fflush(nil)
    kill(getpid(), SIGKILL)
  }

  /// Bytes of the journal that a start has to replay.
  private static func journalBytes(of store: SQLiteStore) throws -> Int {
    var bytes = 0
    let position = try store.loadSnapshot { _ throws(StoreError) in }
    try store.loadJournal(after: position) { _, inputs throws(StoreError) in bytes += inputs.count }
    return bytes
  }

  /// Removes as if everything had expired.
  private static func expire(_ directory: String) throws {
    let store = try SQLiteStore(directory: directory)
    let timed = TimedStore(store)
    let began = ContinuousClock.now
    while (ContinuousClock.now - began).seconds < 60,
      try timed.removeExpired(eventsBefore: .max, valuesBefore: .max, limit: Limits.rowsPerRemoval)
    {}
    timed.print(.removal)
  }

  private static func start(_ directory: String) throws {
    var settings = Settings()
    settings.snapshotJournalBytes *= 4
    let began = ContinuousClock.now
    let store = try SQLiteStore(directory: directory)
    let opened = ContinuousClock.now
    let service = try Load.service(on: store, settings)
    let ended = ContinuousClock.now
    print("  started after, s                         \(text((ended - began).seconds, digits: 2))")
    print("    of which opening the database          \(text((opened - began).seconds, digits: 2))")
    withExtendedLifetime(service) {}
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// A number with so many digits behind the point.
func text(_ number: Double, digits: Int) -> String {
  let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  let whole = Int((number * scale).rounded())
  let fraction = String(whole % Int(scale))
  return "\(whole / Int(scale))."
    + String(repeating: "0", count: digits - fraction.count) + fraction
}
