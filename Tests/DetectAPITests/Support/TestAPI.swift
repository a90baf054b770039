import Detect
@testable import DetectAPI
import DeviceDocuments
import Dispatch
import RPC
import Synchronization
import Testing

/// The methods of the contract on a service of its own, in memory, with a clock that a test sets.
final class TestAPI: Sendable {
  let service: DetectService
  let devices: DeviceReporting
  let drain = Drain()
  let methods: [String: Method]
  private let clock = TestClock()

  init(settings: Settings = Settings(), store: MemoryStore = MemoryStore()) throws {
    let clock = clock
    let service = try DetectService(
      store: store, settings: settings,
      workers: Workers(
        engine: SerialQueue("engine"), writer: SerialQueue("writer"),
        reader: SerialQueue("reader")),
      clock: { clock.now.load(ordering: .relaxed) }, identifiers: { clock.identifier() },
      onFault: { error in Issue.record(error) })
    self.service = service
    devices = DeviceReporting(service: service) { _, _ in }
    methods = Router.methods(of: service, devices: devices, drain: drain) {
      Issue.record("internal failure: \($0)")
    }
  }

  /// Milliseconds since the epoch, for the service.
  var now: Int64 {
    get { clock.now.load(ordering: .relaxed) }
    set { clock.now.store(newValue, ordering: .relaxed) }
  }

  /// Calls a unary method: "Detect/ListViolationEvents", of any package.
  func call(
    _ name: String, _ request: Value, caller: (any Sendable)? = nil
  ) async throws -> Value {
    let path = try #require(methods.keys.first { $0.hasSuffix(".\(name)") }, "no method \(name)")
    let types = try #require(Schema.contract.methods[path])
    let bytes = request.serialized(as: types.request)
    let context = CallContext(method: path, caller: caller)
    let response =
      switch methods[path] {
      case .unary(let handler): try await handler(bytes, context)
      case .immediate(let handler): try handler(bytes, context)
      default: throw NotUnary()
      }
    return Value(response, as: types.response)
  }

  /// Calls a method that streams: "Detect/WatchViolationEvents".
  func stream(
    _ name: String, _ request: Value = [:], window: Int = .max, caller: (any Sendable)? = nil
  ) throws -> StreamingCall {
    let path = try #require(methods.keys.first { $0.hasSuffix(".\(name)") }, "no method \(name)")
    let types = try #require(Schema.contract.methods[path])
    let backend = Backend(service: service) { Issue.record("internal failure: \($0)") }
    switch name {
    case "Detect/WatchViolationEvents":
      let methods = DetectMethods(backend: backend, drain: drain)
      let request = request.serialized(as: types.request)
      return StreamingCall(path, window: window) { (_, send) async throws(RPCStatus) in
        try await methods.watchViolationEvents(request, send: send)
      }
    case "Detect/Backtest":
      let methods = DetectMethods(backend: backend, drain: drain)
      return StreamingCall(path, window: window) { (next, send) async throws(RPCStatus) in
        try await methods.backtest(next: next, send: send)
      }
    case "MetricIngestion/ReportMetrics":
      let methods = MetricIngestionMethods(
        backend: backend, devices: devices, drain: drain)
      return StreamingCall(path, window: window) { (next, send) async throws(RPCStatus) in
        try await methods.reportMetrics(
          from: Reporter(CallContext(method: path, caller: caller)), next: next, send: send)
      }
    default: preconditionFailure("\(name) does not stream")
    }
  }

  /// Calls a unary method that must fail, and gives its status and the details of it.
  func fault(_ name: String, _ request: Value) async throws -> Fault {
    let status = try await #require(throws: RPCStatus.self) {
      _ = try await self.call(name, request)
    }
    return Fault(status)
  }

  struct NotUnary: Error {}
}

/// A status, with the messages in its details.
struct Fault {
  let code: RPCStatus.Code
  let message: String
  /// The details by the name of their type: "ErrorInfo".
  let details: [String: Value]

  init(_ status: RPCStatus) {
    code = status.code
    message = status.message
    var details: [String: Value] = [:]
    for any in Wire(status.details).messages(3) {
      let type = any.text(1).drop { $0 != "/" }.dropFirst()
      details[String(type.dropFirst("google.rpc.".count))] = Value(
        any.payloads(2).first ?? [], as: String(type))
    }
    self.details = details
  }

  /// The AWS exception: "RESOURCE_NOT_FOUND_EXCEPTION".
  var reason: String? { details["ErrorInfo"]?["reason"]?.text }
  /// The field at fault.
  var field: String? { details["BadRequest"]?["field_violations"]?[0]?["field"]?.text }
}

/// A clock that stands, and identifiers that can be foretold.
final class TestClock: Sendable {
  let now = Atomic<Int64>(1_700_000_000_000)
  private let identifiers = Atomic<Int>(0)

  func identifier() -> String {
    let number = identifiers.add(1, ordering: .relaxed).newValue
    let digits = String(number, radix: 16)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
  }
}

/// A worker of the service.
struct SerialQueue: Worker {
  private let queue: DispatchQueue

  init(_ label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: @escaping @Sendable () -> Void) { queue.async(execute: job) }

  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void) {
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds)), execute: job)
  }
}
