import Detect
import DetectAPI
import Logging
import RPC
import ServiceLifecycle
import StoreSQLite

/// The parts of the server, put together and running.
///
///     RPCServer ──► Router ──► DetectService ──► SQLiteStore
struct Daemon: Service {
  private let store: SQLiteStore
  private let service: DetectService
  private let drain: Drain
  private let server: RunningServer
  private let logger: Logger
  /// With the port that is listened on.
  private let address: ListenAddress
  private let directory: String

  /// Opens the store, loads what it knows and listens.
  init(
    directory: String, address: ListenAddress, settings: Settings, logger: Logger
  ) async throws(StartFailure) {
    self.logger = logger
    drain = Drain()
    do throws(StoreError) {
      store = try SQLiteStore(directory: directory)
      service = try Self.service(on: store, settings, logger)
    } catch {
      throw .store(error)
    }
    let methods = Router.methods(of: service, drain: drain) { text in
      logger.error("internal failure", metadata: ["reason": "\(text)"])
    }
    do throws(BindError) {
      server = try await RPCServer(methods: methods, logger: logger)
        .start(host: address.host, port: address.port)
    } catch {
      throw .listener(error)
    }
    self.address = ListenAddress(host: address.host, port: server.port)
    self.directory = directory
  }

  private static func service(
    on store: SQLiteStore, _ settings: Settings, _ logger: Logger
  ) throws(StoreError) -> DetectService {
    try DetectService(
      store: store, settings: settings,
      workers: Workers(
        engine: WorkerPool("engine"), writer: WorkerPool("writer"),
        reader: WorkerPool("reader", lanes: Limits.readers)),
      clock: System.milliseconds, identifiers: System.identifier,
      onFault: { logger.error("the store failed", metadata: ["reason": "\($0)"]) })
  }

  /// Ticks until a signal asks to stop; then finishes what is under way, makes it durable and returns.
  func run() async throws {
    // Only now: whoever reads that the daemon listens may send it a signal.
    logger.info("listening on \(address)", metadata: ["data-dir": "\(directory)"])
    if !address.isLoopback {
      logger.warning(
        """
        anybody who reaches \(address) may read and change everything: there is no TLS and no \
        authentication yet
        """)
    }
    do {
      try await cancelWhenGracefulShutdown { [service] in
        while true {
          service.tick()
          try await Task.sleep(for: Limits.tick)
        }
      }
    } catch is CancellationError {
      // A signal has come.
    }
    let impatience = Impatience(patience: Limits.stop)
    logger.info("stopping")
    drain.begin()
    await server.shutdownGracefully()
    await service.stop()
    store.close()
    impatience.end()
    logger.info("stopped")
  }
}
