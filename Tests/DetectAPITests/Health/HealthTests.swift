@testable import DetectAPI
import RPC
import Testing

@Suite struct HealthTests {
  @Test(arguments: ["", "detect.v1.Detect", "detect.v1.MetricIngestion", "grpc.health.v1.Health"])
  func `What is served is SERVING until the drain`(_ service: String) async throws {
    let api = try TestAPI()
    let request: Value = ["service": .text(service)]
    #expect(try await api.call("Health/Check", request) == ["status": "SERVING"])
    api.drain.begin()
    #expect(try await api.call("Health/Check", request) == ["status": "NOT_SERVING"])
  }

  @Test func `A service that is not there is not found`() async throws {
    let fault = try await TestAPI().fault("Health/Check", ["service": "detect.v1.Other"])
    #expect(fault.code == .notFound)
  }

  @Test(arguments: [("", ["SERVING", "NOT_SERVING"]), ("other", ["SERVICE_UNKNOWN"])])
  func `Who watches sees the drain, and the end of the call`(
    _ service: String, _ expected: [String]
  ) async throws {
    let methods = HealthMethods(services: [], drain: Drain())
    let request = (["service": .text(service)] as Value)
      .serialized(as: "grpc.health.v1.HealthCheckRequest")
    let call = StreamingCall("/grpc.health.v1.Health/Watch") {
      (_, send) async throws(RPCStatus) in try await methods.watch(request, send: send)
    }
    #expect(await call.response() == ["status": .text(expected[0])])
    methods.drain.begin()
    for status in expected.dropFirst() {
      #expect(await call.response() == ["status": .text(status)])
    }
    #expect(await call.response() == nil)
    #expect(await call.status()?.code == .unavailable)
  }

  @Test func `Who stops watching is let go`() async throws {
    let methods = HealthMethods(services: [], drain: Drain())
    let call = StreamingCall("/grpc.health.v1.Health/Watch") {
      (_, send) async throws(RPCStatus) in try await methods.watch([], send: send)
    }
    #expect(await call.response() == ["status": "SERVING"])
    call.cancel()
    #expect(await call.status() != nil)
  }
}
