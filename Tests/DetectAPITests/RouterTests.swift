@testable import DetectAPI
import RPC
import Testing

@Suite struct RouterTests {
  @Test func `Every method of the contract is served, and nothing else`() throws {
    #expect(Set(try TestAPI().methods.keys) == Set(Schema.contract.methods.keys))
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
