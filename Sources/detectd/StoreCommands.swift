import AWSAPI
import ArgumentParser
import Detect
import FoundationEssentials
import Glibc
import StoreSQLite

/// `detectd verify`: says whether a store is sound.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detectd verify",
    abstract: "Checks a data directory that no daemon uses.",
    discussion: """
      Reads everything: pages, indexes and checksums; then applies the journal again to what the \
      snapshot says, and compares the events that come out with those that are stored. Opens the \
      database as the daemon does, so an older one is brought to the present form. To check one that \
      is in use, make a backup.
      """)

  @OptionGroup var place: StorePlace

  func run() throws {
    let directory = try place.directory()
    System.writeOutput("\(directory) is sound: \(try verify(directory))\n")
  }
}

/// `detectd backup`: copies a store, also one that is in use.
struct BackUp: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detectd backup",
    abstract: "Copies a data directory, also while a daemon uses it, and checks the copy.",
    discussion: """
      The copy is one moment of the database, at or after the start of the command. It is made under \
      another name, checked as verify does, and only then put in its place. A daemon can be started \
      on it.
      """)

  @OptionGroup var place: StorePlace

  @Option(
    help: ArgumentHelp(
      "Write the copy here. The directory must be empty or not exist.", valueName: "dir"))
  var to: String

  func run() throws {
    let directory = try place.directory()
    let backup = try Backup(of: directory, to: to)
    let summary: String
    do {
      summary = try verify(backup.draft)
      try backup.publish()
    } catch {
      backup.discard()
      throw error
    }
    System.writeOutput("\(to) is a sound copy: \(summary)\n")
  }
}

/// Where the database is, from the sources that the daemon has as well.
struct StorePlace: ParsableArguments {
  @Option(help: ArgumentHelp("Read the daemon's options from this JSON file.", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The directory of the database. May come from the file or the environment, as the daemon's.",
      valueName: "dir"))
  var dataDir: String?

  func directory() throws -> String {
    let arguments = try OptionSources.arguments(
      commandLine: dataDir.map { ["--data-dir=\($0)"] } ?? [], config: config,
      environment: ProcessInfo.processInfo.environment)
    return try Options.parse(arguments).dataDirectory()
  }
}

/// Why a command on a store did not do what it should: what it found, a line each, and the exit code.
enum StoreCommandFailure: Error, CustomStringConvertible {
  case store(StoreError)
  /// The store of the directory contradicts itself.
  case faults([String], in: String)
  /// What is to be imported cannot be read.
  case source(ImportFault)
  /// So many resources were not imported.
  case refused(Int)

  var description: String {
    switch self {
    case .store(.unavailable(let text)): "\(text)."
    case .store(.inUse(let text)):
      "\(text). Stop that process, or make a backup: it is checked as well."
    case .store(let error): StartFailure.store(error).description
    case .faults(let faults, let directory):
      (["\(directory) is not sound:"] + faults).joined(separator: "\n  ")
    case .source(let fault): "\(fault)."
    case .refused(let count): "\(count) of them were refused; the lines above say why."
    }
  }

  var exitCode: Int32 {
    switch self {
    case .store(let error): StartFailure.store(error).exitCode
    case .faults: EX_DATAERR
    case .source: EX_UNAVAILABLE
    case .refused: EXIT_FAILURE
    }
  }
}

/// Checks the store of a directory; returns what it holds, in words.
private func verify(_ directory: String) throws -> String {
  _ = try SQLiteStore.existingDatabase(in: directory)
  let store = try SQLiteStore(directory: directory)
  defer { store.close() }
  let audit = try StoreAudit(of: store)
  let faults = try store.integrityFaults() + audit.faults
  guard faults.isEmpty else { throw StoreCommandFailure.faults(faults, in: directory) }
  return """
    \(audit.things) things, \(audit.events) of \(audit.lastSequence) events, \(audit.groups) groups \
    of the journal behind the snapshot at \(audit.snapshotPosition)
    """
}
