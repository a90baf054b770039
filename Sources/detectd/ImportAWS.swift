import AWSAPI
import ArgumentParser
import Detect
import FoundationEssentials
import SigV4
import StoreSQLite

/// `detectd import-aws`: brings what an account of AWS has of Detect into a data directory.
struct ImportAWS: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detectd import-aws",
    abstract:
      "Creates here what an account of AWS has: profiles, targets, groups, things, metrics.",
    discussion: """
      Reads from AWS, or from whatever else speaks its API, with the keys in AWS_ACCESS_KEY_ID, \
      AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and changes nothing there. Creates in a data directory \
      that no daemon uses; the options are those of the daemon that will use it. It may be repeated: what \
      is there already stays as it is.

      Says what is not created, and why, and which behaviors are probably not what is meant.

      EXIT CODES, besides those of detectd:
        1   something was refused
        69  the source cannot be read
      """)

  @Option(
    help: ArgumentHelp(
      "Read from this endpoint; AWS's own in --from-region is the default.", valueName: "url"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "The region of the source; AWS_REGION or AWS_DEFAULT_REGION is the default.",
      valueName: "name"))
  var fromRegion: String?

  @Flag(help: "Create nothing, and say what would become of it in an empty directory.")
  var dryRun = false

  @OptionGroup var options: Options

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let endpoint = try endpoint(environment)
    var settings = try options.settings()
    // They are for callers, not for who sets the server up.
    settings.enforcesRateQuotas = false
    if dryRun {
      try await bring(from: endpoint, into: MemoryStore(), settings)
    } else {
      let store = try SQLiteStore(directory: options.dataDirectory())
      defer { store.close() }
      try await bring(from: endpoint, into: store, settings)
    }
  }

  private func bring(
    from endpoint: IoTEndpoint, into store: any Store, _ settings: Settings
  ) async throws {
    let service = try Daemon.service(on: store, settings, options.logger)
    let importer = Importer(from: endpoint, into: service, clock: System.milliseconds) { note in
      System.writeOutput("\(note.line)\n")
    }
    let outcome: Result<[Importer.Count], ImportFault>
    do throws(ImportFault) {
      outcome = .success(try await importer.run())
    } catch {
      outcome = .failure(error)
    }
    await service.stop()
    let counts = try outcome.mapError(StoreCommandFailure.source).get()
    if dryRun { System.writeOutput("a dry run, nothing was created:\n") }
    for count in counts { System.writeOutput("\(count.line)\n") }
    let refused = counts.map(\.refused).reduce(0, +)
    if refused > 0 { throw StoreCommandFailure.refused(refused) }
  }

  private func endpoint(_ environment: [String: String]) throws -> IoTEndpoint {
    guard let region = fromRegion ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
    else { throw ValidationError("--from-region is missing: it says where the account is") }
    guard let key = environment["AWS_ACCESS_KEY_ID"],
      let secret = environment["AWS_SECRET_ACCESS_KEY"]
    else {
      throw ValidationError(
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing in the environment")
    }
    let endpoint = IoTEndpoint(
      url: from ?? "https://iot.\(region).amazonaws.com", region: region,
      credentials: SigV4.Credentials(
        accessKeyID: key, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"]))
    guard endpoint.host != nil else {
      throw ValidationError("--from should be like https://iot.eu-west-1.amazonaws.com")
    }
    return endpoint
  }
}

extension Importer.Note {
  fileprivate var line: String {
    switch self {
    case .refused(let name, let reason): "\(name): refused: \(reason)"
    case .warning(let name, let text): "\(name): warning: \(text)"
    case .leftOut(let name, let reason): "\(name): left out: \(reason)"
    }
  }
}

extension Importer.Count {
  fileprivate var line: String {
    let rest = leftOut > 0 ? ", \(leftOut) left out" : ""
    return "\(kind): \(created) created, \(unchanged) unchanged, \(refused) refused\(rest)"
  }
}
