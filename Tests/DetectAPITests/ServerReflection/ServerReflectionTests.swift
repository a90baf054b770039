@testable import DetectAPI
import RPC
import Testing

@Suite struct ServerReflectionTests {
  private static let request = "grpc.reflection.v1.ServerReflectionRequest"
  private static let response = "grpc.reflection.v1.ServerReflectionResponse"

  private func answer(to request: Value) throws -> Value {
    let methods = ServerReflectionMethods(index: .contract)
    return Value(
      try methods.response(to: request.serialized(as: Self.request)), as: Self.response)
  }

  /// The names of the files in an answer.
  private func files(_ answer: Value) -> [String] {
    guard
      case .list(let files) = answer["file_descriptor_response"]?["file_descriptor_proto"] ?? []
    else { return [] }
    return files.compactMap { file in
      guard case .bytes(let bytes) = file else { return nil }
      return Wire(bytes).text(1)
    }
  }

  @Test func `The services are listed`() throws {
    let answer = try answer(to: ["host": "h", "list_services": ""])
    #expect(answer["valid_host"] == "h")
    #expect(answer["original_request"] == ["host": "h", "list_services": ""])
    guard case .list(let services) = answer["list_services_response"]?["service"] else {
      Issue.record("no services")
      return
    }
    #expect(services.contains(["name": "detect.v1.ThingRegistry"]))
    #expect(services.contains(["name": "grpc.reflection.v1alpha.ServerReflection"]))
    #expect(services.count == 6)
  }

  @Test func `A file comes first, with all that it imports`() throws {
    let answer = try answer(to: ["file_by_filename": "detect/v1/detect_service.proto"])
    let files = files(answer)
    #expect(files.first == "detect/v1/detect_service.proto")
    #expect(files.count == Set(files).count)
    #expect(
      Set(files) == [
        "detect/v1/alert.proto", "detect/v1/backtest.proto", "detect/v1/behavior.proto",
        "detect/v1/custom_metric.proto", "detect/v1/detect_service.proto",
        "detect/v1/dimension.proto", "detect/v1/explanation.proto",
        "detect/v1/metric_report.proto", "detect/v1/security_profile.proto",
        "detect/v1/suggestion.proto", "detect/v1/tag.proto", "detect/v1/violation.proto",
      ])
  }

  @Test(arguments: [
    ("detect.v1.Detect", "detect/v1/detect_service.proto"),
    ("detect.v1.Detect.WatchViolationEvents", "detect/v1/detect_service.proto"),
    ("detect.v1.MetricValue", "detect/v1/behavior.proto"),
    ("detect.v1.MetricValue.count", "detect/v1/behavior.proto"),
    ("detect.v1.MetricValue.value", "detect/v1/behavior.proto"),
    ("detect.v1.ComparisonOperator", "detect/v1/behavior.proto"),
    ("detect.v1.COMPARISON_OPERATOR_IN_SET", "detect/v1/behavior.proto"),
    (
      "detect.v1.CreateSecurityProfileRequest.AlertTargetsEntry.key",
      "detect/v1/security_profile.proto"
    ),
    ("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto"),
    ("grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto"),
    ("google.rpc.ErrorInfo", "google/rpc/error_details.proto"),
    ("google.protobuf.Any", "google/protobuf/any.proto"),
  ])
  func `A name of any kind leads to its file`(_ symbol: String, _ file: String) throws {
    #expect(files(try answer(to: ["file_containing_symbol": .text(symbol)])).first == file)
  }

  @Test(
    arguments: [
      ["file_by_filename": "detect/v1/other.proto"], ["file_containing_symbol": "detect.v1.Other"],
      ["file_containing_extension": ["containing_type": "detect.v1.Behavior"]],
      ["all_extension_numbers_of_type": "detect.v1.Other"],
    ] as [Value])
  func `What is not there is an answer, not the end of the call`(_ request: Value) throws {
    #expect(try answer(to: request)["error_response"]?["error_code"] == 5)
  }

  @Test func `A message has no extensions, and no question has no answer`() throws {
    let extensions = try answer(to: ["all_extension_numbers_of_type": "detect.v1.Behavior"])
    #expect(
      extensions["all_extension_numbers_response"] == ["base_type_name": "detect.v1.Behavior"])
    #expect(try answer(to: ["host": "h"])["error_response"]?["error_code"] == 3)
  }

  @Test func `Requests of one call are answered in order`() async throws {
    let methods = ServerReflectionMethods(index: .contract)
    let call = StreamingCall("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo") {
      (next, send) async throws(RPCStatus) in
      try await methods.serverReflectionInfo(next: next, send: send)
    }
    for file in ["detect/v1/tag.proto", "detect/v1/thing.proto"] {
      call.send(["file_by_filename": .text(file)])
      #expect(await call.response().map(files)?.first == file)
    }
    call.send(bytes: [0xff])
    #expect(await call.status()?.code == .invalidArgument)
  }
}
