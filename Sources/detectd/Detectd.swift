import ArgumentParser
import Detect
import FoundationEssentials
import Glibc
import ServiceLifecycle
import UnixSignals

/// The daemon's command line.
@main struct Detectd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detectd",
    abstract: "Serves security profiles, metrics and violations over gRPC and AWS's REST-JSON.",
    usage: """
      detectd --data-dir <dir> [--listen <address>] [<options>]
      detectd verify --data-dir <dir>
      detectd backup --data-dir <dir> --to <dir>
      detectd import-aws --data-dir <dir> --from-region <name> [<options>]
      """,
    discussion: """
      Every option may also come from the environment (--data-dir is DETECTD_DATA_DIR) or from the \
      file that --config names: a JSON object with the options' names, {"data-dir": "/srv/detect"}. \
      The command line wins over the environment, and that over the file. A <time> is a number and \
      its unit: ms, s, m, h or d.

      SIGHUP has certificates, keys and the policy read again, as does a change of their files.

      SIGTERM and SIGINT stop the daemon: calls in flight finish, everything is made durable. A \
      second signal ends it at once, which loses nothing that was acknowledged.

      EXIT CODES:
        0   stopped as asked
        1   ended before the stop was complete
        64  an option, a variable or the file is wrong
        65  the database is damaged, contradicts itself, or was written by a newer version
        66  a file of certificates, keys or the policy cannot be used
        69  the address cannot be listened on, for example because the port is in use
        73  the data directory cannot be used, for example because it is not writable
        75  another process uses the data directory
        78  the database was written under settings that do not fit these
      """,
    version: "0.1.0")

  /// The commands beside serving. The parser knows nothing of them: as its subcommands they would lose the
  /// options that the daemon has as well.
  private static let storeCommands: [String: any ParsableCommand.Type] = [
    "verify": Verify.self, "backup": BackUp.self, "import-aws": ImportAWS.self,
  ]

  @OptionGroup var options: Options

  static func main() async {
    let commandLine = Array(CommandLine.arguments.dropFirst())
    let storeCommand = commandLine.first.flatMap { storeCommands[$0] }
    let command: any ParsableCommand.Type = storeCommand ?? Self.self
    do {
      if let storeCommand {
        try await run(storeCommand, Array(commandLine.dropFirst()))
      } else {
        try await serve(commandLine)
      }
    } catch let failure as StartFailure {
      end(failure.description, failure.exitCode)
    } catch let failure as StoreCommandFailure {
      end(failure.description, failure.exitCode)
    } catch let error as StoreError {
      let failure = StoreCommandFailure.store(error)
      end(failure.description, failure.exitCode)
    } catch let error where command.exitCode(for: error).isSuccess {
      command.exit(withError: error)
    } catch {
      let name = storeCommand == nil ? "detectd" : "detectd \(commandLine[0])"
      end("\(command.message(for: error)). See \(name) --help.", exitCode(for: error).rawValue)
    }
  }

  private static func run(
    _ storeCommand: any ParsableCommand.Type, _ commandLine: [String]
  ) async throws {
    guard storeCommand == ImportAWS.self else {
      var command = try storeCommand.parse(commandLine)
      return try command.run()
    }
    // It has the daemon's options, from all their sources.
    let config = try ImportAWS.parse(commandLine).options.config
    let arguments = try OptionSources.arguments(
      commandLine: commandLine, config: config, environment: ProcessInfo.processInfo.environment)
    try await ImportAWS.parse(arguments).run()
  }

  private static func serve(_ commandLine: [String]) async throws {
    // Finds --help and what is misspelled before anything is read.
    let config = try parse(commandLine).options.config
    let arguments = try OptionSources.arguments(
      commandLine: commandLine, config: config, environment: ProcessInfo.processInfo.environment)
    try await serve(parse(arguments).options)
  }

  private static func serve(_ options: Options) async throws {
    let (directory, settings) = (try options.dataDirectory(), try options.settings())
    let addresses = ListenAddresses(grpc: options.server.listen, aws: options.server.awsListen)
    let security = try options.security.security(on: addresses)
    let policy = try options.deliveryPolicy()
    let targets =
      if let path = options.alerts.alertTargets {
        try AlertTargetsFile(path: path)
      } else {
        AlertTargetsFile.empty
      }
    let routes = try AlertRoutes(
      targets, account: settings.account, policy: policy,
      environment: ProcessInfo.processInfo.environment)
    let broker = try options.mqtt.broker(ProcessInfo.processInfo.environment)
    System.prepareProcess()
    let daemon = try await Daemon(
      directory: directory, addresses: addresses, security: security,
      settings: settings, commitDelay: try options.commitDelay(), policy: policy, routes: routes,
      broker: broker, logger: options.logger)
    try await ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(service: daemon.reloader),
          .init(service: daemon, successTerminationBehavior: .gracefullyShutdownGroup),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: options.logger)
    ).run()
  }

  private static func end(_ message: String, _ code: Int32) -> Never {
    System.writeError("detectd: \(message)\n")
    Glibc.exit(code)
  }
}
