package import Detect
package import DeviceDocuments
package import RPC

/// The methods of the contract by their paths, as the transport takes them. It answers UNIMPLEMENTED for
/// every other path.
package enum Router {
  /// The methods of a service, and those of health and reflection.
  ///
  /// - Parameters:
  ///   - devices: the way of devices' documents into the same service.
  ///   - drain: begun before the transport is shut down: health then answers NOT_SERVING, and calls
  ///     without an end of their own end.
  ///   - logFailure: called with the text of each internal failure, which no peer gets to see.
  package static func methods(
    of service: DetectService, devices: DeviceReporting, drain: Drain,
    logFailure: @escaping @Sendable (String) -> Void
  ) -> [String: Method] {
    let backend = Backend(service: service, logFailure: logFailure)
    let index = DescriptorIndex.contract
    let health = HealthMethods(services: Set(index.services), drain: drain)
    let reflection = ServerReflectionMethods(index: index)
    return detect(DetectMethods(backend: backend, drain: drain))
      .merging(thingRegistry(ThingRegistryMethods(backend: backend))) { $1 }
      .merging(
        metricIngestion(MetricIngestionMethods(backend: backend, devices: devices, drain: drain))
      ) { $1 }
      .merging([
        "/grpc.health.v1.Health/Check": immediate(health.check),
        "/grpc.health.v1.Health/Watch": serverStreaming(health.watch),
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo":
          bidirectional(reflection.serverReflectionInfo),
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo":
          bidirectional(reflection.serverReflectionInfo),
      ]) { $1 }
  }

  private static func detect(_ methods: DetectMethods) -> [String: Method] {
    [
      "/detect.v1.Detect/CreateSecurityProfile": unary(methods.createSecurityProfile),
      "/detect.v1.Detect/DescribeSecurityProfile": unary(methods.describeSecurityProfile),
      "/detect.v1.Detect/UpdateSecurityProfile": unary(methods.updateSecurityProfile),
      "/detect.v1.Detect/DeleteSecurityProfile": unary(methods.deleteSecurityProfile),
      "/detect.v1.Detect/ListSecurityProfiles": unary(methods.listSecurityProfiles),
      "/detect.v1.Detect/ValidateSecurityProfileBehaviors": unary(
        methods.validateSecurityProfileBehaviors),
      "/detect.v1.Detect/AttachSecurityProfile": unary(methods.attachSecurityProfile),
      "/detect.v1.Detect/DetachSecurityProfile": unary(methods.detachSecurityProfile),
      "/detect.v1.Detect/ListSecurityProfilesForTarget": unary(
        methods.listSecurityProfilesForTarget),
      "/detect.v1.Detect/ListTargetsForSecurityProfile": unary(
        methods.listTargetsForSecurityProfile),
      "/detect.v1.Detect/CreateCustomMetric": unary(methods.createCustomMetric),
      "/detect.v1.Detect/DescribeCustomMetric": unary(methods.describeCustomMetric),
      "/detect.v1.Detect/UpdateCustomMetric": unary(methods.updateCustomMetric),
      "/detect.v1.Detect/ListCustomMetrics": unary(methods.listCustomMetrics),
      "/detect.v1.Detect/DeleteCustomMetric": unary(methods.deleteCustomMetric),
      "/detect.v1.Detect/CreateDimension": unary(methods.createDimension),
      "/detect.v1.Detect/DescribeDimension": unary(methods.describeDimension),
      "/detect.v1.Detect/UpdateDimension": unary(methods.updateDimension),
      "/detect.v1.Detect/ListDimensions": unary(methods.listDimensions),
      "/detect.v1.Detect/DeleteDimension": unary(methods.deleteDimension),
      "/detect.v1.Detect/ListActiveViolations": unary(methods.listActiveViolations),
      "/detect.v1.Detect/ListViolationEvents": unary(methods.listViolationEvents),
      "/detect.v1.Detect/ExplainViolation": unary(methods.explainViolation),
      "/detect.v1.Detect/PutVerificationStateOnViolation": unary(
        methods.putVerificationStateOnViolation),
      "/detect.v1.Detect/WatchViolationEvents": serverStreaming(methods.watchViolationEvents),
      "/detect.v1.Detect/ListAlertDeliveries": unary(methods.listAlertDeliveries),
      "/detect.v1.Detect/RedriveAlertDeliveries": unary(methods.redriveAlertDeliveries),
      "/detect.v1.Detect/Backtest": bidirectional(methods.backtest),
      "/detect.v1.Detect/SuggestBehaviors": unary(methods.suggestBehaviors),
    ]
  }

  private static func thingRegistry(_ methods: ThingRegistryMethods) -> [String: Method] {
    [
      "/detect.v1.ThingRegistry/CreateThing": unary(methods.createThing),
      "/detect.v1.ThingRegistry/DescribeThing": unary(methods.describeThing),
      "/detect.v1.ThingRegistry/UpdateThing": unary(methods.updateThing),
      "/detect.v1.ThingRegistry/DeleteThing": unary(methods.deleteThing),
      "/detect.v1.ThingRegistry/ListThings": unary(methods.listThings),
      "/detect.v1.ThingRegistry/CreateThingGroup": unary(methods.createThingGroup),
      "/detect.v1.ThingRegistry/DescribeThingGroup": unary(methods.describeThingGroup),
      "/detect.v1.ThingRegistry/UpdateThingGroup": unary(methods.updateThingGroup),
      "/detect.v1.ThingRegistry/DeleteThingGroup": unary(methods.deleteThingGroup),
      "/detect.v1.ThingRegistry/ListThingGroups": unary(methods.listThingGroups),
      "/detect.v1.ThingRegistry/AddThingToThingGroup": unary(methods.addThingToThingGroup),
      "/detect.v1.ThingRegistry/RemoveThingFromThingGroup":
        unary(methods.removeThingFromThingGroup),
      "/detect.v1.ThingRegistry/UpdateThingGroupsForThing":
        unary(methods.updateThingGroupsForThing),
      "/detect.v1.ThingRegistry/ListThingGroupsForThing": unary(methods.listThingGroupsForThing),
      "/detect.v1.ThingRegistry/ListThingsInThingGroup": unary(methods.listThingsInThingGroup),
      "/detect.v1.ThingRegistry/TagResource": unary(methods.tagResource),
      "/detect.v1.ThingRegistry/UntagResource": unary(methods.untagResource),
      "/detect.v1.ThingRegistry/ListTagsForResource": unary(methods.listTagsForResource),
    ]
  }

  private static func metricIngestion(_ methods: MetricIngestionMethods) -> [String: Method] {
    [
      "/detect.v1.MetricIngestion/ReportMetrics": .bidirectional {
        (requests, responses, context) async throws(RPCStatus) in
        try await methods.reportMetrics(
          from: Reporter(context),
          next: { () async throws(RPCStatus) in try await requests.next() },
          send: { (response) async throws(RPCStatus) in try await responses.send(response) })
      },
      "/detect.v1.MetricIngestion/PutMetricReports": .unary {
        (request, context) async throws(RPCStatus) in
        try await methods.putMetricReports(request, from: Reporter(context))
      },
      "/detect.v1.MetricIngestion/PutDeviceReport": .unary {
        (request, context) async throws(RPCStatus) in
        try await methods.putDeviceReport(request, from: Reporter(context))
      },
      "/detect.v1.MetricIngestion/ListMetricValues": unary(methods.listMetricValues),
    ]
  }

  // MARK: Shapes

  private static func immediate(
    _ body: @escaping @Sendable ([UInt8]) throws(RPCStatus) -> [UInt8]
  ) -> Method {
    .immediate { (request, _) throws(RPCStatus) in try body(request) }
  }

  private static func unary(
    _ body: @escaping @Sendable ([UInt8]) async throws(RPCStatus) -> [UInt8]
  ) -> Method {
    .unary { (request, _) async throws(RPCStatus) in try await body(request) }
  }

  private static func serverStreaming(
    _ body: @escaping @Sendable ([UInt8], @escaping Send) async throws(RPCStatus) -> Void
  ) -> Method {
    .serverStreaming { (request, responses, _) async throws(RPCStatus) in
      try await body(request) { (response) async throws(RPCStatus) in
        try await responses.send(response)
      }
    }
  }

  private static func bidirectional(
    _ body: @escaping @Sendable (@escaping Next, @escaping Send) async throws(RPCStatus) -> Void
  ) -> Method {
    .bidirectional { (requests, responses, _) async throws(RPCStatus) in
      try await body(
        { () async throws(RPCStatus) in try await requests.next() },
        { (response) async throws(RPCStatus) in try await responses.send(response) })
    }
  }
}
