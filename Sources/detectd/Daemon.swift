import AWSAPI
import Access
import Alerts
import Detect
import DetectAPI
import DeviceDocuments
import DeviceMQTT
import Logging
import RPC
import ServiceLifecycle
import StoreSQLite

/// The parts of the server, put together and running.
///
///     RPCServer ──► DetectAPI.Router ──┐
///                                      ├──► DetectService ──► SQLiteStore
///     AWSServer ──► AWSAPI.Router ─────┤         ▲
///              ReportSubscriber ───────┘         │
///                             AlertRoutes ◄── Courier
struct Daemon: Service {
  private let store: SQLiteStore
  private let service: DetectService
  private let courier: Courier
  private let routes: AlertRoutes
  private let drain: Drain
  private let server: RunningServer
  /// Nil where the REST-JSON face is off.
  private let awsServer: AWSServer?
  /// Nil where no broker is asked for reports.
  private let subscriber: ReportSubscriber?
  private let logger: Logger
  /// With the ports that are listened on.
  private let addresses: ListenAddresses
  private let directory: String
  private let security: Security
  /// To be run beside the daemon.
  let reloader: Reloader

  /// Opens the store, loads what it knows and listens.
  init(
    directory: String, addresses: ListenAddresses, security: Security, settings: Settings,
    commitDelay: Int64, policy: DeliveryPolicy, routes: AlertRoutes, broker: BrokerConfiguration?,
    logger: Logger
  ) async throws(StartFailure) {
    self.logger = logger
    self.security = security
    let (tls, access) = try await Self.open(security)
    reloader = Reloader(
      tls: [tls?.grpc, tls?.aws].compactMap(\.self), access: access, paths: security.paths,
      logger: logger)
    drain = Drain()
    do throws(StoreError) {
      store = try SQLiteStore(directory: directory)
      service = try Self.service(on: store, settings, logger, commitDelay: commitDelay)
    } catch {
      throw .store(error)
    }
    self.routes = routes
    courier = Courier(
      source: service.alerts, policy: policy, routes: routes.route, clock: System.steadyMilliseconds
    ) { report in logger.log(report) }
    let devices = Self.devices(of: service, QuietLog(logger))
    do throws(BrokerFault) {
      subscriber = try broker.map { broker throws(BrokerFault) in
        try ReportSubscriber(broker, devices: devices, clock: System.steadyMilliseconds) {
          logger.log($0, of: broker.address)
        }
      }
    } catch {
      throw .broker(error)
    }
    let methods = DetectAPI.Router.methods(
      of: service, devices: devices, drain: drain, logFailure: logger.failure)
    do throws(BindError) {
      server = try await RPCServer(
        methods: methods, tls: tls?.grpc, gate: access.map { Self.gate($0, logger) }, logger: logger
      ).start(host: addresses.grpc.host, port: addresses.grpc.port)
    } catch {
      throw .listener(error, option: "--listen")
    }
    awsServer = try await Self.startAWS(
      addresses.aws, service, devices, tls?.aws, access, logger)
    self.addresses = addresses.with(grpcPort: server.port, awsPort: awsServer?.port)
    self.directory = directory
  }

  /// Of the same files, for what is spoken on each listener.
  private typealias TLSContexts = (grpc: TLSContext, aws: TLSContext)

  private static func startAWS(
    _ address: ListenAddress?, _ service: DetectService, _ devices: DeviceReporting,
    _ tls: TLSContext?, _ access: AccessControl?, _ logger: Logger
  ) async throws(StartFailure) -> AWSServer? {
    guard let address else { return nil }
    let responder = Responder(
      router: AWSAPI.Router(service: service, devices: devices, logFailure: logger.failure),
      gate: access.map { access in
        Gate(access: access, region: service.settings.account.region, log: QuietLog(logger))
      },
      identifiers: System.identifier)
    do throws(BindError) {
      return try await AWSServer.start(
        responder, host: address.host, port: address.port, tls: tls, logger: logger)
    } catch {
      throw .listener(error, option: "--aws-listen")
    }
  }

  private static func open(
    _ security: Security
  ) async throws(StartFailure) -> (TLSContexts?, AccessControl?) {
    var (tls, access): (TLSContexts?, AccessControl?)
    do throws(TLSError) {
      if let files = security.tls {
        tls = (try TLSContext(files), try TLSContext(files, protocols: ["h2", "http/1.1"]))
      }
    } catch {
      throw .tls(error)
    }
    do throws(AccessFault) {
      if let files = security.access {
        access = try await AccessControl(
          files, clock: System.milliseconds, uptime: System.uptime)
      }
    } catch {
      throw .access(error)
    }
    return (tls, access)
  }

  private static func gate(_ access: AccessControl, _ logger: Logger) -> CallGate {
    Gatekeeper(access: access, log: QuietLog(logger)).admit
  }

  /// Devices cannot be told which of their metrics were left out: AWS's answer has no place for it.
  private static func devices(of service: DetectService, _ log: QuietLog) -> DeviceReporting {
    DeviceReporting(service: service) { thing, dropped in
      log.info(
        "metrics of a device's report were left out",
        [
          "thing": quoted(thing), "metrics": String(dropped.count), "first": dropped[0].text,
        ])
    }
  }

  /// The service on a store, with workers and clocks of this process.
  static func service(
    on store: any Store, _ settings: Settings, _ logger: Logger,
    commitDelay: Int64 = Detect.Limits.defaultCommitDelay
  ) throws(StoreError) -> DetectService {
    try DetectService(
      store: store, settings: settings,
      workers: Workers(
        engine: WorkerPool("engine"), writer: WorkerPool("writer"),
        reader: WorkerPool("reader", lanes: Limits.readers)),
      commitDelay: commitDelay, clock: System.milliseconds, identifiers: System.identifier,
      onFault: { logger.error("the store failed", metadata: ["reason": "\($0)"]) })
  }

  /// Says whom the daemon trusts. Nothing else tells that everybody may do everything.
  private func announceSecurity() {
    guard let gap = security.gap else { return }
    for address in addresses.all where !address.isLoopback {
      logger.warning("others reach \(address), and \(gap)")
    }
    if addresses.all.allSatisfy(\.isLoopback), !security.identifiesCallers {
      logger.info("who is on this machine may read and change everything: \(gap)")
    }
  }

  /// Ticks until a signal asks to stop; then finishes what is under way, makes it durable and returns.
  func run() async throws {
    // Only now: whoever reads that the daemon listens may send it a signal.
    logger.info("listening on \(addresses.grpc)", metadata: ["data-dir": "\(directory)"])
    if let address = addresses.aws {
      logger.info("the AWS protocol is spoken on \(address)")
    }
    announceSecurity()
    // Of its own: it must not end before what it waits for at a stop.
    subscriber?.start()
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
    async let awsStop: Void? = awsServer?.shutdownGracefully()
    await server.shutdownGracefully()
    _ = await awsStop
    await subscriber?.stop()
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
  /// Writes the text of an internal failure, which no caller gets to see.
  fileprivate var failure: @Sendable (String) -> Void {
    { text in error("internal failure", metadata: ["reason": "\(text)"]) }
  }

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

  /// Writes what the operator should know of the broker.
  fileprivate func log(_ report: ReportSubscriber.Report, of broker: BrokerAddress) {
    switch report {
    case .connected: info("takes devices' reports from \(broker)")
    case .disconnected(let fault, let wait):
      warning(
        "no connection to \(broker)",
        metadata: ["reason": "\(fault)", "retry-after": "\(wait) ms"])
    case .ignored(let topic):
      debug("a message is no report", metadata: ["topic": "\(quoted(topic))"])
    }
  }
}
