import Access
import Testing

@testable import DetectAPI

/// Every method has one role, and only what changes nothing is for readers.
struct MethodRolesTests {
  @Test func `every method of the contract has one role, and there are no others`() {
    #expect(Set(MethodRoles.audiences.keys) == Set(Schema.contract.methods.keys))
  }

  @Test func `health is for everybody, and nothing else`() {
    let open = MethodRoles.audiences.filter { $0.value == .everybody }.keys
    #expect(
      Set(open) == ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"])
  }

  @Test func `a method that looks is for readers by its name, and one that changes is not`() {
    for (path, audience) in MethodRoles.audiences where path.hasPrefix("/detect.v1.") {
      let name = path.split(separator: "/").last ?? ""
      let looks = [
        "Describe", "List", "Validate", "Explain", "Watch", "Backtest", "Suggest",
      ].contains { name.hasPrefix($0) }
      #expect((audience == .role(.read)) == looks, "\(path)")
      let reports =
        name.hasPrefix("Report") || name.hasSuffix("Report") || name.hasSuffix("Reports")
      #expect((audience == .role(.ingest)) == reports, "\(path)")
    }
  }
}
