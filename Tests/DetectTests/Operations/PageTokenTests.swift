import Testing

@testable import Detect

@Suite struct PageTokenTests {
  @Test func `Bytes of every length come back, in characters that need no escaping`() {
    let bytes = (0..<256).map { UInt8(truncatingIfNeeded: $0 * 167) }
    for length in 0...bytes.count {
      let text = Base64URL.encode(Array(bytes.prefix(length)))
      #expect(Base64URL.decode(text) == Array(bytes.prefix(length)))
      #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
    }
  }

  @Test(
    arguments: [
      ([0x00], "AA"), ([0xfb, 0xff], "-_8"), ([0x66, 0x6f, 0x6f], "Zm9v"),
      ([0x66, 0x6f, 0x6f, 0x62], "Zm9vYg"),
    ] as [([UInt8], String)])
  func `The text is that of RFC 4648`(bytes: [UInt8], text: String) {
    #expect(Base64URL.encode(bytes) == text)
  }

  @Test(arguments: ["A", "AB", "AAB", "AA=", "A+A", "A/A", "A A", "ÄA", "AAAAA", "\u{0}AA"])
  func `A text that encoding never gives is refused`(text: String) {
    #expect(Base64URL.decode(text) == nil)
  }

  @Test(arguments: ["", "a", "Gerät 7", "arn:aws:iot:us-east-1:0:thinggroup/G"])
  func `A token gives its position back`(position: String) {
    let token = PageToken(operation: "List", filters: ["x", nil])
    #expect(token.position(in: token.text(after: position)) == position)
  }

  @Test(arguments: [
    PageToken(operation: "Lis", filters: ["tx", nil]),
    PageToken(operation: "List", filters: ["y", nil]),
    PageToken(operation: "List", filters: [nil, "x"]),
    PageToken(operation: "List", filters: ["x", ""]),
    PageToken(operation: "List", filters: ["x"]), PageToken(operation: "List", filters: []),
  ])
  func `A token of something else is refused`(other: PageToken) {
    let text = PageToken(operation: "List", filters: ["x", nil]).text(after: "p")
    #expect(other.position(in: text) == nil)
  }

  @Test func `A token that was altered or cut anywhere is refused`() {
    let token = PageToken(operation: "List", filters: [])
    let bytes = Base64URL.decode(token.text(after: "somewhere")) ?? []
    #expect(bytes.count == 9 + "somewhere".utf8.count)
    for index in bytes.indices {
      for bit in 0..<8 {
        var altered = bytes
        altered[index] ^= 1 << UInt8(bit)
        #expect(token.position(in: Base64URL.encode(altered)) == nil)
      }
      #expect(token.position(in: Base64URL.encode(Array(bytes[..<index]))) == nil)
    }
    #expect(token.position(in: "") == nil)
  }
}

@Suite struct PagingTests {
  @Test(arguments: [(nil, 25), (1, 1), (250, 250)] as [(Int64?, Int)])
  func `A page holds 1 to 250 items, or 25`(maxResults: Int64?, limit: Int) throws {
    #expect(try Paging("List", nextToken: nil, maxResults: maxResults).limit == limit)
  }

  @Test(arguments: [0, -1, 251, Int64.min, Int64.max])
  func `Any other size is refused`(maxResults: Int64) {
    #expect(
      throws: DetectError.invalidRequest(
        "maxResults \(maxResults) should be in range[1,250]", field: "maxResults")
    ) { try Paging("List", nextToken: nil, maxResults: maxResults) }
  }

  @Test func `A token that this list did not give is refused by name`() {
    #expect(
      throws: DetectError.invalidRequest(
        "nextToken was not given for this operation with these filters", field: "nextToken")
    ) { try Paging("List", nextToken: "AAAA", maxResults: nil) }
  }

  @Test func `Names added and removed between pages neither hide nor repeat others`() throws {
    var names = SortedList<String>()
    for name in ["a", "c", "e", "g"] { names.insert(name) }
    let first = try Paging("List", nextToken: nil, maxResults: 2).page(of: names) { $0 }
    #expect(first.items == ["a", "c"])
    names.remove("c")
    names.insert("b")
    names.insert("d")
    let second = try Paging("List", nextToken: first.nextToken, maxResults: 3)
      .page(of: names) { $0 }
    #expect(second == Page(items: ["d", "e", "g"], nextToken: nil))
  }

  @Test func `A page looks at a bounded number of names`() throws {
    var names = SortedList<String>()
    for number in 0...Limits.namesVisitedPerPage { names.insert("\(100_000 + number)") }
    let last = "\(100_000 + Limits.namesVisitedPerPage)"
    let only = { (name: String) in name == last ? name : nil }
    let first = try Paging("List", nextToken: nil, maxResults: nil).page(of: names, only)
    #expect(first.items == [])
    let second = try Paging("List", nextToken: first.nextToken, maxResults: nil)
      .page(of: names, only)
    #expect(second == Page(items: [last], nextToken: nil))
  }

  @Test func `Items that are left out do not fill a page`() throws {
    var names = SortedList<ThingName>()
    for name in ["a", "b", "c", "d"] as [ThingName] { names.insert(name) }
    let even = { (name: ThingName) in ["b", "d"].contains(name.text) ? name : nil }
    let page = try Paging("List", nextToken: nil, maxResults: 2).page(of: names, even)
    #expect(page == Page(items: ["b", "d"], nextToken: nil))
  }

  @Test func `A list at hand is cut where the page is full`() throws {
    let paging = try Paging("List", nextToken: nil, maxResults: 2)
    #expect(paging.page(of: ["a", "b"], position: { $0 }).nextToken == nil)
    let page = paging.page(of: ["a", "b", "c"], position: { $0 })
    #expect(page.items == ["a", "b"])
    #expect(try Paging("List", nextToken: page.nextToken, maxResults: 2).position == "b")
  }
}
