import Testing

@testable import DeviceDocuments

/// JSON and CBOR say the same, and what cannot be said in both is refused.
struct EncodingTests {
  /// What the bytes are, or the fault's text.
  private static func read(_ bytes: [UInt8], _ format: DocumentFormat) -> String {
    do throws(DocumentFault) {
      return "\(try DocumentValue(bytes, as: format))"
    } catch {
      return error.text
    }
  }

  private static func json(_ text: String) throws -> DocumentValue {
    try DocumentValue(json: Array(text.utf8))
  }

  @Test func `JSON keeps integers exact, and tells them from doubles`() throws {
    #expect(try Self.json("9007199254740993") == .number(.integer(9_007_199_254_740_993)))
    #expect(try Self.json("-9223372036854775808") == .number(.integer(.min)))
    #expect(try Self.json("1700000400.0") == .number(.real(1_700_000_400)))
    #expect(
      try Self.json(#"{"a": [true, false, null, "é\u0041", -0.5]}"#)
        == .object([
          "a": .list([.bool(true), .bool(false), .null, .text("éA"), .number(.real(-0.5))])
        ]))
  }

  @Test(arguments: [
    "", " ", "{", "[1,]", "01", "{\"a\":1} {}", "{\"a\":1,\"a\":2}", "18446744073709551616",
    "1e999",
    "\"\\ud800\"", "\"\\u0000\"", "NaN", "{a:1}", "'a'", "// no\n1",
  ])
  func `What is no JSON is refused`(text: String) {
    #expect(throws: DocumentFault.self) { try Self.json(text) }
  }

  @Test func `JSON that is not UTF-8 is refused`() {
    #expect(throws: DocumentFault.self) {
      try DocumentValue(json: [0x22, 0xff, 0x22])
    }
  }

  /// From RFC 8949, appendix A, and the C agents, which do not know lengths beforehand.
  @Test(
    arguments: [
      ("00", .number(.integer(0))), ("17", .number(.integer(23))),
      ("1818", .number(.integer(24))), ("1903e8", .number(.integer(1000))),
      ("1a000f4240", .number(.integer(1_000_000))),
      ("1b000000e8d4a51000", .number(.integer(1_000_000_000_000))),
      ("20", .number(.integer(-1))), ("3903e7", .number(.integer(-1000))),
      ("3b7fffffffffffffff", .number(.integer(.min))), ("f93c00", .number(.real(1))),
      ("f90001", .number(.real(0x1p-24))), ("fa47c35000", .number(.real(100_000))),
      ("fbc010666666666666", .number(.real(-4.1))), ("f97c00", .number(.real(.infinity))),
      ("f4", .bool(false)), ("f5", .bool(true)), ("f6", .null), ("f7", .null),
      ("c11a514b67b0", .number(.integer(1_363_896_240))), ("62c3bc", .text("ü")), ("60", .text("")),
      ("80", .list([])), ("a0", .object([:])), ("9fff", .list([])), ("bfff", .object([:])),
      (
        "9f018202039f0405ffff",
        .list([
          .number(.integer(1)), .list([.number(.integer(2)), .number(.integer(3))]),
          .list([.number(.integer(4)), .number(.integer(5))]),
        ])
      ),
      (
        "bf61610161629fff63416d7421ff",
        .object([
          "a": .number(.integer(1)), "b": .list([]), "Amt": .number(.integer(-2)),
        ])
      ),
      ("7f657374726561646d696e67ff", .text("streaming")),
    ] as [(String, DocumentValue)])
  func `CBOR is read as the standard says`(hex: String, value: DocumentValue) throws {
    #expect(try DocumentValue(cbor: bytes(hex)) == value)
  }

  @Test(arguments: [
    "", "18", "1903", "61", "62c3", "81", "a161", "9f", "bf", "bf6161", "7f61", "ff", "0000", "1c",
    "1f",
    "3f", "df", "4101", "5f4101ff", "a10102", "a2616101616102", "bf616101616102ff", "61ff",
    "7f4161ff", "7f7f6161ffff", "1bffffffffffffffff", "3b8000000000000000", "f0", "f8ff", "fc",
    "a161619f",
    "9bffffffffffffffff", "bb7fffffffffffffff", "7b7fffffffffffffff61", "81ff", "a16161ff",
  ])
  func `What is no CBOR, or has no place in a report, is refused`(hex: String) {
    #expect(throws: DocumentFault.self) { try DocumentValue(cbor: bytes(hex)) }
  }

  @Test func `A fault says where it was found`() {
    #expect(
      Self.read(Array("{\"header\": nope}".utf8), .json)
        == "not JSON: invalid token near 'nope', in line 1")
    #expect(Self.read(bytes("a16161"), .cbor) == "not CBOR: it ends too soon, at byte 3")
  }

  @Test(arguments: DocumentFormat.allCases)
  func `What is encoded decodes to the same`(format: DocumentFormat) throws {
    let integers =
      [0, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, .max, -1, -24, -25, .min] as [Int64]
    let value = DocumentValue.object([
      "integers": .list(integers.map { .number(.integer($0)) }),
      "others": .list([
        .null, .bool(true), .bool(false), .number(.real(-0.1)), .text("\"ü\n\\\u{1F600}"),
        .text(String(repeating: "x", count: 300)), .object([:]), .list([]),
      ]),
    ])
    #expect(try DocumentValue(value.encoded(as: format), as: format) == value)
  }

  @Test func `The shortest form is written, members by name`() {
    let value = DocumentValue.object([
      "b": .list([.number(.integer(24)), .null]), "a": .text("x"),
    ])
    #expect(String(decoding: value.json, as: UTF8.self) == #"{"a":"x","b":[24,null]}"#)
    #expect(value.cbor == bytes("a2616161786162821818f6"))
  }
}

/// The bytes of a hexadecimal text.
func bytes(_ hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map {
    UInt8(digits[$0] << 4 | digits[$0 + 1])
  }
}
