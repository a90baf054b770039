import Access
import Alerts
import Detect
import DetectAPI
import Logging
import RPC
import ServiceLifecycle
import StoreSQLite

/// The parts of the server, put together and running.
///
///     RPCServer ──► Router ──► DetectService ──► SQLiteStore
///                                   ▲
///               AlertRoutes ◄── Courier
struct Daemon: Service {
  private let store: SQLiteStore
  private let service: DetectService
  private let courier: Courier
  private let routes: AlertRoutes
  private let drain: Drain
  private let server: RunningServer
  private let logger: Logger
  /// With the port that is listened on.
  private let address: ListenAddress
  private let directory: String
  private let security: Security
  /// To be run beside the daemon.
  let reloader: Reloader

  /// Opens the store, loads what it knows and listens.
  init(
    directory: String, address: ListenAddress, security: Security, settings: Settings,
    policy: DeliveryPolicy, routes: AlertRoutes, logger: Logger
  ) async throws(StartFailure) {
    self.logger = logger
    self.security = security
    let (tls, access) = try await Self.open(security)
    reloader = Reloader(tls: tls, access: access, paths: security.paths, logger: logger)
    drain = Drain()
    do throws(StoreError) {
      store = try SQLiteStore(directory: directory)
      service = try Self.service(on: store, settings, logger)
    } catch {
      throw .store(error)
    }
    self.routes = routes
    courier = Courier(
      source: service.alerts, policy: policy, routes: routes.route, clock: System.steadyMilliseconds
    ) { report in logger.log(report) }
    let methods = Router.methods(of: service, drain: drain) { text in
      logger.error("internal failure", metadata: ["reason": "\(text)"])
    }
    do throws(BindError) {
      server = try await RPCServer(
        methods: methods, tls: tls, gate: access.map { Self.gate($0, logger) }, logger: logger
      ).start(host: address.host, port: address.port)
    } catch {
      throw .listener(error)
    }
    self.address = ListenAddress(host: address.host, port: server.port)
    self.directory = directory
  }

  private static func open(
    _ security: Security
  ) async throws(StartFailure) -> (TLSContext?, AccessControl?) {
    var (tls, access): (TLSContext?, AccessControl?)
    do throws(TLSError) {
      if let files = security.tls { tls = try TLSContext(files) }
    } catch {
      throw .tls(error)
    }
    do throws(AccessFault) {
      if let files = security.access {
        access = try await AccessControl(files, clock: System.milliseconds)
      }
    } catch {
      throw .access(error)
    }
    return (tls, access)
  }

  private static func gate(_ access: AccessControl, _ logger: Logger) -> CallGate {
    Gatekeeper(access: access, log: QuietLog(logger), uptime: System.uptime).admit
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

  /// Says whom the daemon trusts. Nothing else tells that everybody may do everything.
  private func announceSecurity() {
    guard let gap = security.gap else { return }
    if !address.isLoopback {
      logger.warning("others reach \(address), and \(gap)")
    } else if !security.identifiesCallers {
      logger.info("who is on this machine may read and change everything: \(gap)")
    }
  }

  /// Ticks until a signal asks to stop; then finishes what is under way, makes it durable and returns.
  func run() async throws {
    // Only now: whoever reads that the daemon listens may send it a signal.
    logger.info("listening on \(address)", metadata: ["data-dir": "\(directory)"])
    announceSecurity()
    // Of its own: it must not end before what it waits for at a stop.
    let delivery = Task { [courier] in await courier.run() }
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
    courier.stop()
    await delivery.value
    await routes.close()
    await service.stop()
    store.close()
    impatience.end()
    logger.info("stopped")
  }
}

extension Logger {
  /// Writes what the operator should know of the delivery of alerts. Reasons are what receivers and the system
  /// say; neither secrets nor URLs are among them.
  fileprivate func log(_ report: Courier.Report) {
    switch report {
    case .troubled(let target, let reason):
      warning(
        "an alert target does not take alerts",
        metadata: ["target": "\(target)", "reason": "\(reason)"])
    case .recovered(let target):
      info("an alert target takes alerts again", metadata: ["target": "\(target)"])
    case .dead(let target, let count, let reason):
      error(
        "gave up \(count) alerts; RedriveAlertDeliveries sends them again",
        metadata: ["target": "\(target)", "reason": "\(reason)"])
    }
  }
}
