import Testing

@testable import Detect

@Suite struct AddressTests {
  @Test func `IPv4 is its mapped IPv6 address`() throws {
    let address = try #require(IPAddress("192.0.2.1"))
    #expect(address == IPAddress("::ffff:192.0.2.1"))
    #expect(address == IPAddress(high: 0, low: 0xffff_c000_0201))
    #expect(address.isIPv4)
  }
}
