import Testing

@testable import Detect
@testable import DeviceDocuments

/// Whatever a device sends, it costs little.
struct LimitsTests {
  private typealias Limits = DeviceDocuments.Limits

  private static func isTaken(_ bytes: [UInt8], _ format: DocumentFormat) -> Bool {
    (try? DocumentValue(bytes, as: format)) != nil
  }

  @Test(arguments: [Limits.documentDepth, Limits.documentDepth + 1, 60_000])
  func `documentDepth bounds both formats`(depth: Int) throws {
    let isAllowed = depth <= Limits.documentDepth
    let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(Self.isTaken(Array(lists.utf8), .json) == isAllowed)
    // Lists of one element, and tags.
    for first: UInt8 in [0x81, 0xc1] {
      let items = [UInt8](repeating: first, count: depth - 1) + [0]
      #expect(Self.isTaken(items, .cbor) == isAllowed)
    }
    let indefinite =
      [UInt8](repeating: 0x9f, count: depth) + [UInt8](repeating: 0xff, count: depth)
    #expect(Self.isTaken(indefinite, .cbor) == isAllowed)
  }

  /// The list itself is a value, too.
  @Test(arguments: [Limits.documentValues - 1, Limits.documentValues])
  func `documentValues bounds both formats`(count: Int) {
    let isAllowed = count < Limits.documentValues
    let json = "[" + repeatElement("1", count: count).joined(separator: ",") + "]"
    #expect(Self.isTaken(Array(json.utf8), .json) == isAllowed)
    let cbor = [0x9f] + [UInt8](repeating: 1, count: count) + [0xff]
    #expect(Self.isTaken(cbor, .cbor) == isAllowed)
  }

  @Test func `The longest list that a metric may have fits into documentBytes`() throws {
    let numbers = [DocumentValue](
      repeating: .number(.integer(1)), count: Detect.Limits.elementsPerDatapoint)
    let document = DocumentValue.object([
      "hed": .object(["rid": .number(.integer(1)), "v": .text("1.0")]),
      "cmet": .object(["gpio": .list([.object(["number_list": .list(numbers)])])]),
    ]).cbor
    #expect(document.count < Limits.documentBytes)
    let report = try DeviceReport(document, as: .cbor, of: "lamp", .sample)
    #expect(report.dropped == [])
    #expect(report.report.datapoints.count == 1)
  }
}
