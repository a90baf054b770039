@testable import DetectAPI
import RPC
import Testing

@Suite struct RouterTests {
  /// Methods that wait for issues of their own.
  static let unimplemented: Set = ["/detect.v1.MetricIngestion/PutDeviceReport"]

  @Test func `Every method of the contract is served but one, and nothing else`() throws {
    let paths = Set(try TestAPI().methods.keys)
    #expect(paths == Set(Schema.contract.methods.keys).subtracting(Self.unimplemented))
    #expect(Self.unimplemented.isSubset(of: Schema.contract.methods.keys))
  }

  @Test func `Every service of the contract is known`() {
    #expect(
      Set(DescriptorIndex.contract.services) == [
        "detect.v1.Detect", "detect.v1.ThingRegistry", "detect.v1.MetricIngestion",
        "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
      ])
  }
}
