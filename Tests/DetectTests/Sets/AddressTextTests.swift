import Glibc
import Testing

@testable import Detect

@Suite struct AddressTextTests {
  @Test(
    arguments: [
      ("0.0.0.0", 0, 0xffff_0000_0000),
      ("255.255.255.255", 0, 0xffff_ffff_ffff),
      ("192.0.2.1", 0, 0xffff_c000_0201),
      ("::ffff:192.0.2.1", 0, 0xffff_c000_0201),
      ("::FFFF:C000:0201", 0, 0xffff_c000_0201),
      ("::", 0, 0),
      ("::1", 0, 1),
      ("1::", 0x1_0000_0000_0000, 0),
      ("::192.0.2.1", 0, 0xc000_0201),
      ("2001:db8::8:800:200c:417a", 0x2001_0db8_0000_0000, 0x0008_0800_200c_417a),
      ("2001:DB8:0:0:8:800:200C:417A", 0x2001_0db8_0000_0000, 0x0008_0800_200c_417a),
      ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004, 0x0005_0006_0007_0000),
      ("::2:3:4:5:6:7:8", 0x0000_0002_0003_0004, 0x0005_0006_0007_0008),
      ("1:2:3:4:5:6:192.0.2.1", 0x0001_0002_0003_0004, 0x0005_0006_c000_0201),
      ("1:2:3:4:5::192.0.2.1", 0x0001_0002_0003_0004, 0x0005_0000_c000_0201),
      (
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff
      ),
    ] as [(String, UInt64, UInt64)])
  func `an address is its number`(text: String, high: UInt64, low: UInt64) {
    #expect(IPAddress(IPAddress(high: high, low: low).text) == IPAddress(text))
    #expect(IPAddress(text) == IPAddress(high: high, low: low))
  }

  static let refused = [
    "", " ", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1",
    "1.2.3.999", "1.2.3.1000", "192.0.02.1", "00.0.0.0", "0x7f.0.0.1", "2130706433", "-1.2.3.4",
    "+1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n", "1.2.3.4\0", "1.2.3.4:443", "[::1]",
    "[::1]:443", "::1:", ":1", "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::1::",
    "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "fe80::1%eth0", "fe80::1%",
    "::ffff:192.0.02.1", "::ffff:1.2.3", "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4",
    "1:2:3:4:5:6::1.2.3.4",
    "1:2:3:4:5:6:7:0.0.0.8", "1:2:3:4:5:6:7::0.0.0.7", "::\u{661}", "１.2.3.4", "localhost",
  ]

  @Test(arguments: [
    "0.0.0.0", "192.0.2.1", "::", "::1", "1::", "2001:db8::8:800:200c:417a", "1:2:3:4:5:6:7:0",
    "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "2001:db8::1:0:0:1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ])
  func `an address is written as RFC 5952 says`(text: String) {
    #expect(IPAddress(text)?.text == text)
    let length = text.contains(":") ? 128 : 32
    #expect(CIDR(text)?.text == "\(text)/\(length)")
  }

  @Test(arguments: refused)
  func `no other text is an address`(text: String) {
    #expect(IPAddress(text) == nil)
    #expect(CIDR(text) == nil)
  }

  @Test func `reads the bytes it was given and no others`() {
    let text = Array("10.0.0.123/24".utf8)
    #expect(IPAddress(parsing: text.span.extracting(0..<8)) == IPAddress("10.0.0.1"))
    #expect(CIDR(parsing: text.span.extracting(0..<12)) == CIDR("10.0.0.0/2"))
    #expect(IPAddress(parsing: text.span.extracting(0..<0)) == nil)
  }

  @Test func `IPv4 is its mapped IPv6 address, and comes first`() throws {
    let mapped = try #require(IPAddress("::ffff:192.0.2.1"))
    #expect(mapped.isIPv4)
    #expect(IPAddress("192.0.2.1")?.hashValue == mapped.hashValue)
    let sorted = try ["0.0.0.0", "9.0.0.0", "10.0.0.0", "255.255.255.255", "::", "::1", "ff::"]
      .map { try #require(IPAddress($0)) }
    #expect(sorted.reversed().sorted() == sorted)
    #expect(sorted.map(\.isIPv4) == [true, true, true, true, false, false, false])
  }

  @Test(arguments: [
    ("10.1.2.3/8", "10.0.0.0", 8),
    ("10.1.2.3/0", "0.0.0.0", 0),
    ("10.1.2.3", "10.1.2.3", 32),
    ("10.1.2.3/32", "10.1.2.3", 32),
    ("10.1.2.3/31", "10.1.2.2", 31),
    ("2001:db8::1", "2001:db8::1", 128),
    ("2001:db8::1/127", "2001:db8::", 127),
    ("2001:db8:1::/32", "2001:db8::", 32),
    ("ffff::/0", "::", 0),
    ("::ffff:10.1.2.3/104", "10.0.0.0", 8),
    ("::ffff:10.1.2.3/96", "0.0.0.0", 0),
    ("::ffff:10.1.2.3/95", "::fffe:0:0", 95),
    ("::ffff:10.1.2.3", "10.1.2.3", 32),
  ])
  func `a CIDR is its network and length`(text: String, network: String, length: Int) throws {
    let cidr = try #require(CIDR(text))
    #expect(cidr.network == IPAddress(network))
    #expect(cidr.length == length)
    #expect(CIDR(network: cidr.network, length: length) == cidr)
    #expect(Set([cidr, try #require(CIDR("\(network)/\(length)"))]).count == 1)
  }

  @Test(arguments: [
    "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8 ",
    "10.0.0.0/ 8", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10.0.0.0/1000", "10.0.0.0/4294967304",
    "10/8", "/8", "::/129", "::/00", "::/0x0", "::ffff:10.0.0.0/129", "10.0.0.0/8\0", "::1%1/64",
    "[::]/0",
  ])
  func `no other text is a CIDR`(text: String) {
    #expect(CIDR(text) == nil)
  }

  @Test func `a length must fit its family`() throws {
    let (ipv4, ipv6) = try (#require(IPAddress("10.0.0.1")), #require(IPAddress("::1")))
    for length in [-1, 33, 128, Int.max, Int.min] {
      #expect(CIDR(network: ipv4, length: length) == nil)
    }
    for length in [-1, 129, Int.max, Int.min] {
      #expect(CIDR(network: ipv6, length: length) == nil)
    }
  }
}

/// The C library's parser is the judge of the language; the mutations come from a seed.
@Suite struct AddressTextDifferentialTests {
  static let models = [
    "0.0.0.0", "192.0.2.1", "255.255.255.255", "10.1.200.30", "::", "::1",
    "2001:db8::8:800:200c:417a",
    "1:2:3:4:5:6:7:8", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:192.0.2.1", "1:2::7:8",
    "1:2:3:4:5:6:192.0.2.1", "fe80::1%eth0", "1:2:3:4:5:6:7::", "64:ff9b::203.0.113.9",
  ].map { Array($0.utf8) }
  static let alphabet = Array("0123456789abcdefABCDEFg:::...% /x-".utf8)

  /// A model with up to three bytes replaced, put in, taken out, or moved from another model.
  func mutated(using random: inout SplitMix64) -> [UInt8] {
    func pick(_ bytes: [UInt8]) -> UInt8 { bytes[Int.random(in: 0..<bytes.count, using: &random)] }
    func model() -> [UInt8] { Self.models[Int.random(in: 0..<Self.models.count, using: &random)] }
    var text = model()
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let place = Int.random(in: 0...text.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where place < text.count: text[place] = pick(Self.alphabet)
      case 1 where place < text.count: text.remove(at: place)
      case 2: text.replaceSubrange(place..., with: model().suffix(text.count - place))
      default: text.insert(pick(Self.alphabet), at: place)
      }
    }
    return text
  }

  /// What `inet_pton` makes of the text, in either family.
  func judge(_ text: [UInt8]) -> IPAddress? {
    let terminated = text.map { CChar(bitPattern: $0) } + [0]
    var bytes = [UInt8](repeating: 0, count: 16)
    if unsafe inet_pton(AF_INET, terminated, &bytes) == 1 {
      return ByteAddress(Array(bytes[..<4])).address
    }
    guard unsafe inet_pton(AF_INET6, terminated, &bytes) == 1 else { return nil }
    return ByteAddress(bytes).address
  }

  @Test(arguments: [UInt64](1...4))
  func `accepts and means exactly what inet_pton does`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var accepted = 0
    let rounds = 25_000
    for _ in 0..<rounds {
      let text = mutated(using: &random)
      let expected = judge(text)
      accepted += expected == nil ? 0 : 1
      guard IPAddress(parsing: text.span) != expected else { continue }
      Issue.record("\(String(decoding: text, as: UTF8.self)) differs")
    }
    // Neither all good nor all bad: the mutations reach both sides.
    #expect(accepted > rounds / 10 && accepted < rounds * 9 / 10)
  }

  @Test func `a CIDR is an address, a slash and a number`() throws {
    var random = SplitMix64(seed: 9)
    let endings = ["", "/", "/0", "/8", "/08", "/32", "/33", "/96", "/104", "/128", "/129", "/1/1"]
    for _ in 0..<20_000 {
      let ending = endings[Int.random(in: 0..<endings.count, using: &random)]
      let text = mutated(using: &random) + Array(ending.utf8)
      let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      let isIPv6 = parts[0].contains(UInt8(ascii: ":"))
      let written = parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : nil
      let length = written.flatMap(Int.init).flatMap { String($0) == written ? $0 : nil }

      var expected = parts.count <= 2 ? judge(Array(parts[0])) : nil
      var bits = parts.count == 1 ? 128 : -1
      if let length, (0...(isIPv6 ? 128 : 32)).contains(length) {
        bits = isIPv6 ? length : length + 96
      }
      if bits < 0 { expected = nil }

      let cidr = CIDR(parsing: text.span)
      try #require((cidr == nil) == (expected == nil), "\(String(decoding: text, as: UTF8.self))")
      guard let cidr, let expected else { continue }
      let inFamily = expected.isIPv4 && bits >= 96 ? bits - 96 : bits
      try #require(cidr.length == inFamily, "\(String(decoding: text, as: UTF8.self))")
      if expected.isIPv4 == cidr.network.isIPv4 {
        try #require(cidr == CIDR(network: expected, length: inFamily))
      }
    }
  }
}
