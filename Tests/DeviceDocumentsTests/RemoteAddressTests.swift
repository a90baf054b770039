import Testing

@testable import DeviceDocuments

struct RemoteAddressTests {
  @Test(
    arguments: [
      ("203.0.113.7:8883", "203.0.113.7"), ("255.255.255.255:65535", "255.255.255.255"),
      ("203.0.113.7", "203.0.113.7"), ("[2001:db8::20]:443", "2001:db8::20"),
      ("[2001:db8::20]", "2001:db8::20"), ("2001:db8::20:443", "2001:db8::20"), ("::1:443", "::1"),
      ("2001:db8:85a3:8d3:1319:8a2e:370:7348:443", "2001:db8:85a3:8d3:1319:8a2e:370:7348"),
      ("[2001:db8::20", nil), ("[2001:db8::20]443", nil),
      // Cut by aws-c-iot; the last looks like an address and a port all the same.
      ("2001:db8:85a3:8d3:131", nil), ("fe80::1234:5678:9abcd", nil),
    ] as [(String, String?)])
  func `The address is found in what agents write`(text: String, address: String?) {
    #expect(RemoteAddress.address(in: text) == address)
  }

  @Test func `A text is cut after as many bytes as aws-c-iot has room for`() {
    // The longest IPv4 end is as long, so that only IPv6 is ever cut.
    #expect("255.255.255.255:65535".utf8.count == RemoteAddress.cutAfter)
  }
}
