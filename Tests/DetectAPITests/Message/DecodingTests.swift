@testable import DetectAPI
import RPC
import Testing

/// What protobuf-c lets through or cannot bear must be refused before it gets there.
@Suite struct DecodingTests {
  private func fault(_ path: String, _ bytes: [UInt8]) async throws -> Fault {
    let api = try TestAPI()
    guard case .unary(let handler) = api.methods[path] else { throw TestAPI.NotUnary() }
    let status = try await #require(throws: RPCStatus.self) {
      _ = try await handler(bytes, CallContext(method: path))
    }
    return Fault(status)
  }

  private static let createThing = "/detect.v1.ThingRegistry/CreateThing"

  @Test(
    arguments: [
      [0x61, 0x00, 0x62],  // U+0000
      [0xff],  // never in UTF-8
      [0xc0, 0x80],  // U+0000, overlong
      [0xed, 0xa0, 0x80],  // a surrogate
      [0xf4, 0x90, 0x80, 0x80],  // beyond U+10FFFF
      [0xe2, 0x82],  // cut short
    ] as [[UInt8]])
  func `A text that is no text is refused by name`(_ text: [UInt8]) async throws {
    let fault = try await fault(Self.createThing, [0x0a, UInt8(text.count)] + text)
    #expect(fault.code == .invalidArgument)
    #expect(fault.reason == "INVALID_REQUEST_EXCEPTION")
    #expect(fault.field == "thing_name")
  }

  @Test func `A text is found at any depth, in maps and lists too`() async throws {
    let attributes: Value = [
      "attribute_payload": ["attributes": [["key": "a", "value": "b"], ["key": "c\u{0}"]]]
    ]
    let inMap = try await fault(
      Self.createThing, attributes.serialized(as: "detect.v1.CreateThingRequest"))
    #expect(inMap.field == "attribute_payload.attributes[1].key")

    let addresses: Value = [
      "reports": [
        ["thing_name": "a"],
        ["datapoints": [["value": ["cidrs": ["cidrs": ["::1", "::2", "::\u{0}"]]]]]],
      ]
    ]
    let inList = try await fault(
      "/detect.v1.MetricIngestion/PutMetricReports",
      addresses.serialized(as: "detect.v1.PutMetricReportsRequest"))
    #expect(inList.field == "reports[1].datapoints[0].value.cidrs.cidrs[2]")
  }

  @Test(arguments: [[0x0a, 5, 0x61], [0x0b, 0x0c], [0x08, 1], [0x00]] as [[UInt8]])
  func `What is no message of its type is refused`(_ bytes: [UInt8]) async throws {
    let fault = try await fault(Self.createThing, bytes)
    #expect(fault.code == .invalidArgument)
    #expect(fault.message == "the message is malformed")
  }

  @Test func `Fields of a later contract are ignored`() async throws {
    let api = try TestAPI()
    guard case .unary(let handler) = api.methods[Self.createThing] else { throw TestAPI.NotUnary() }
    let request: [UInt8] = [0x0a, 1, 0x61] + [0xfa, 0x3f, 2, 0xff, 0x00] + [0xf8, 0x3f, 7]
    let response = try await handler(request, CallContext(method: Self.createThing))
    #expect(Value(response, as: "detect.v1.CreateThingResponse")["thing_name"] == "a")
  }

  @Test func `A message that grows without measure is refused`() async throws {
    let emptyReports = Array(repeating: [0x0a, 0x00] as [UInt8], count: 1 << 20).flatMap { $0 }
    let fault = try await fault("/detect.v1.MetricIngestion/PutMetricReports", emptyReports)
    #expect(fault.code == .invalidArgument)
    #expect(fault.message == "decoded, the message takes too much memory")
  }

  @Test func `No message of the contract contains itself`() {
    for name in Schema.contract.messages.keys where name.hasPrefix("detect.") {
      var reached: Set<String> = []
      var next = [name]
      while let type = next.popLast() {
        for field in Schema.contract.messages[type] ?? [] where field.type == 11 {
          #expect(field.typeName != name, "\(name) contains itself")
          if reached.insert(field.typeName).inserted { next.append(field.typeName) }
        }
      }
    }
  }
}
