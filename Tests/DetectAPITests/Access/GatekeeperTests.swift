import Access
import FoundationEssentials
import Logging
import RPC
import Synchronization
import Testing

@testable import DetectAPI

/// What the gate answers to each caller, and what it writes into the log.
struct GatekeeperTests {
  /// A gate with a policy in a file of its own.
  private final class Gatehouse: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).json"
    let access: AccessControl
    let gate: Gatekeeper
    let lines = Lines()

    init(_ policy: String, identifiesCallers: Bool = true) async throws {
      try policy.write(toFile: path, atomically: true, encoding: .utf8)
      access = try await AccessControl(
        AccessFiles(policy: path, identifiesCallers: identifiesCallers)
      ) { 0 }
      let lines = lines
      gate = Gatekeeper(access: access, log: QuietLog(Logger(label: "test") { _ in lines }))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func replacePolicy(_ policy: String) async throws {
      try policy.write(toFile: path, atomically: true, encoding: .utf8)
      try await access.reload()
    }

    /// The status of a call, nil if it may go on.
    func refusal(
      _ method: String, _ subject: String? = nil, authorization: [String] = []
    ) throws -> Fault? {
      do throws(RPCStatus) {
        _ = try gate.admit(call(method, subject, authorization))
        return nil
      } catch {
        return Fault(error)
      }
    }

    func call(
      _ method: String, _ subject: String?, _ authorization: [String] = []
    ) -> CallContext {
      var metadata = Metadata()
      for text in authorization { try? metadata.append("authorization", text) }
      return CallContext(
        method: method, metadata: metadata, peer: "192.0.2.7:4711",
        certificate: subject.map { PeerCertificate(subject: $0) })
    }
  }

  private static let policy = """
    {"rules": [
      {"certificate": {"subject": "CN=reader"}, "allow": ["read"]},
      {"certificate": {"subject": "CN=admin"}, "allow": ["read", "administer"]},
      {"certificate": {"subject": "CN=gateway-*"}, "allow": ["ingest"], "things": ["{*}", "cam-*"]}
    ]}
    """
  private static let list = "/detect.v1.Detect/ListActiveViolations"
  private static let create = "/detect.v1.Detect/CreateSecurityProfile"
  private static let put = "/detect.v1.MetricIngestion/PutMetricReports"

  @Test func `a caller gets what its roles allow, and nothing else`() async throws {
    let house = try await Gatehouse(Self.policy)
    let allowed: [String: Set<String>] = [
      "CN=reader": [Self.list], "CN=admin": [Self.list, Self.create],
      "CN=gateway-7": [Self.put], "CN=stranger": [],
    ]
    for (subject, methods) in allowed {
      for method in [Self.list, Self.create, Self.put] {
        let refusal = try house.refusal(method, subject)
        #expect(refusal?.code == (methods.contains(method) ? nil : .permissionDenied))
        if let refusal { #expect(refusal.reason == "UNAUTHORIZED_EXCEPTION") }
      }
    }
  }

  @Test func `health needs no identity, everything else does`() async throws {
    let house = try await Gatehouse(Self.policy)
    for method in Schema.contract.methods.keys {
      let refusal = try house.refusal(method)
      guard !method.hasPrefix("/grpc.health.v1.") else {
        #expect(refusal == nil)
        continue
      }
      #expect(refusal?.code == .unauthenticated)
      #expect(refusal?.message == #"Bearer realm="detect""#)
      #expect(refusal?.reason == "UNAUTHORIZED_EXCEPTION")
    }
  }

  @Test func `a bad token is told nothing, and the log tells why without it`() async throws {
    let house = try await Gatehouse(Self.policy)
    let secret = "c2VjcmV0.c2VjcmV0.c2VjcmV0"
    for authorization in [
      ["Bearer \(secret)"], ["bearer a", "Bearer \(secret)"], [secret], ["Basic \(secret)"],
    ] {
      let refusal = try house.refusal(Self.list, "CN=reader", authorization: authorization)
      #expect(refusal?.code == .unauthenticated)
      #expect(refusal?.message == #"Bearer realm="detect", error="invalid_token""#)
    }
    let lines = house.lines.all
    #expect(lines.count == 4)
    for line in lines {
      #expect(!line.contains("c2VjcmV0"))
      #expect(line.contains("192.0.2.7:4711") && line.contains(Self.list))
    }
    #expect(lines[0].contains("no issuer is known"))
    #expect(lines[1].contains("more than one authorization"))
  }

  @Test func `a rate that is exceeded answers throttled, with the time to wait`() async throws {
    let house = try await Gatehouse(
      #"{"rates":[{"method":"/detect.v1.*","per":"client","callsPerSecond":4,"burst":2}]}"#,
      identifiesCallers: false)
    #expect(try house.refusal(Self.list) == nil)
    #expect(try house.refusal(Self.create) == nil)
    let refusal = try house.refusal(Self.list)
    #expect(refusal?.code == .resourceExhausted)
    #expect(refusal?.reason == "THROTTLING_EXCEPTION")
    #expect(refusal?.details["RetryInfo"] == ["retry_delay": ["nanos": 250_000_000]])
    let call = house.call(Self.list, nil)
    let status = #expect(throws: RPCStatus.self) { try house.gate.admit(call) }
    #expect(status?.retryAfter == .milliseconds(250))
    #expect(try house.refusal("/grpc.health.v1.Health/Check") == nil)
  }

  private static func reports(_ things: String...) -> Value {
    .list(things.map { Sample.report($0, 1, ports: [80]) })
  }

  @Test func `a report of a thing that is not the caller's is rejected alone`() async throws {
    let (house, api) = (try await Gatehouse(Self.policy), try TestAPI())
    let admission = try house.gate.admit(house.call(Self.put, "CN=gateway-7"))
    let answer = try await api.call(
      "MetricIngestion/PutMetricReports", ["reports": Self.reports("cam-1", "door", "7")],
      caller: admission.caller)
    #expect(answer["accepted_count"] == 2)
    #expect(answer["rejections"]?[0]?["index"] == 1)
    #expect(answer["rejections"]?[0]?["reason"] == "REJECTION_REASON_PERMISSION_DENIED")
    #expect(answer["rejections"]?[0]?["field"] == "thing_name")
    #expect(answer["rejections"]?[1] == nil)
  }

  @Test func `a document of a thing that is not the caller's is rejected`() async throws {
    let (house, api) = (try await Gatehouse(Self.policy), try TestAPI())
    let path = "/detect.v1.MetricIngestion/PutDeviceReport"
    let admission = try house.gate.admit(house.call(path, "CN=gateway-7"))
    let document = Array(#"{"hed": {"rid": 1, "v": "1.0"}, "met": {}}"#.utf8)
    var codes: [Value?] = []
    for thing in ["cam-1", "door"] {
      let answer = try await api.call(
        "MetricIngestion/PutDeviceReport",
        [
          "thing_name": .text(thing), "format": "DEVICE_REPORT_FORMAT_JSON",
          "document": .bytes(document),
        ], caller: admission.caller)
      codes.append(answer["error_code"])
    }
    #expect(codes == [nil, "Unauthorized"])
  }

  @Test func `a stream of reports follows the policy as it changes`() async throws {
    let (house, api) = (try await Gatehouse(Self.policy), try TestAPI())
    let admission = try house.gate.admit(
      house.call("/detect.v1.MetricIngestion/ReportMetrics", "CN=gateway-7"))
    let stream = try api.stream("MetricIngestion/ReportMetrics", caller: admission.caller)
    stream.send(["batch_number": 1, "reports": Self.reports("cam-1")])
    #expect(await stream.response()?["accepted_count"] == 1)
    try await house.replacePolicy(Self.policy.replacing("cam-*", with: "lamp-*"))
    stream.send(["batch_number": 2, "reports": Self.reports("cam-2")])
    #expect(
      await stream.response()?["rejections"]?[0]?["reason"]
        == "REJECTION_REASON_PERMISSION_DENIED")
    try await house.replacePolicy(
      Self.policy.replacing(#"["ingest"], "things": ["{*}", "cam-*"]"#, with: #"["read"]"#))
    stream.send(["batch_number": 3, "reports": Self.reports("lamp-1")])
    #expect(await stream.response() == nil)
    #expect(await stream.status()?.code == .permissionDenied)
  }
}

/// A log that a test reads.
private final class Lines: LogHandler {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }
  var logLevel: Logger.Level {
    get { .info }
    set {}
  }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
  }
}
