import Detect
import Testing

@Suite struct ListThingsTests {
  private let bench = OperationBench()

  /// Three cameras and a lamp, in no order.
  private func createThings() throws {
    let things = [
      ("c", "camera", ["color": "red", "place": "hall"]), ("a", "camera", ["color": "green"]),
      ("d", "lamp", ["color": "reddish"]), ("b", "camera", [:]),
    ]
    for (name, type, attributes) in things {
      try bench.perform(
        CreateThing(
          thingName: name, thingTypeName: type,
          attributePayload: AttributePayload(attributes: attributes)))
    }
  }

  @Test(arguments: [
    (filter: ListThings(), names: "abcd"),
    (filter: ListThings(thingTypeName: "camera"), names: "abc"),
    (filter: ListThings(thingTypeName: "cam"), names: ""),
    (filter: ListThings(attributeName: "color"), names: "acd"),
    (filter: ListThings(attributeName: "color", attributeValue: "red"), names: "c"),
    (filter: ListThings(attributeName: "color", attributeValue: ""), names: ""),
    (filter: ListThings(attributeName: "size", attributeValue: "red"), names: ""),
    (
      filter: ListThings(
        attributeName: "color", attributeValue: "red", usePrefixAttributeValue: true), names: "cd"
    ),
    (
      filter: ListThings(
        attributeName: "color", attributeValue: "red", thingTypeName: "lamp",
        usePrefixAttributeValue: true), names: "d"
    ),
    (filter: ListThings(attributeName: "color", usePrefixAttributeValue: true), names: "acd"),
  ])
  func `Things that satisfy every filter are listed by name`(
    filter: ListThings, names: String
  ) throws {
    try createThings()
    let page = try bench.perform(filter)
    #expect(page.items.map(\.thingName).joined() == names)
    #expect(page.nextToken == nil)
  }

  @Test func `A listed thing has its fields`() throws {
    try createThings()
    try bench.perform(UpdateThing(thingName: "c"))
    let thing = try bench.perform(ListThings(thingTypeName: "camera")).items[2]
    #expect(thing.thingName == "c")
    #expect(thing.thingTypeName == "camera")
    #expect(thing.thingARN == "arn:aws:iot:us-east-1:000000000000:thing/c")
    #expect(thing.attributes == ["color": "red", "place": "hall"])
    #expect(thing.version == 2)
  }

  @Test(arguments: [
    (request: ListThings(maxResults: 0), field: "maxResults"),
    (request: ListThings(maxResults: 251), field: "maxResults"),
    (request: ListThings(nextToken: "nonsense"), field: "nextToken"),
    (request: ListThings(attributeName: ""), field: "attributeName"),
    (request: ListThings(attributeName: "a b"), field: "attributeName"),
    (request: ListThings(attributeValue: "red"), field: "attributeValue"),
    (
      request: ListThings(attributeName: "color", attributeValue: "a b"), field: "attributeValue"
    ),
    (request: ListThings(thingTypeName: "a b"), field: "thingTypeName"),
  ])
  func `A malformed request names the field at fault`(request: ListThings, field: String) {
    #expect(bench.refusal(of: request) == .invalid(field: field))
  }

  @Test func `Pages follow one another without loss or repetition`() throws {
    try createThings()
    let pages = try bench.pages { ListThings(nextToken: $0, maxResults: 3) }
    #expect(pages.map { $0.map(\.thingName) } == [["a", "b", "c"], ["d"]])
    let filtered = try bench.pages {
      ListThings(nextToken: $0, maxResults: 1, attributeName: "color")
    }
    #expect(filtered.map { $0.map(\.thingName) } == [["a"], ["c"], ["d"]])
  }

  @Test func `A list goes on after its last thing though that is deleted`() throws {
    try createThings()
    let first = try bench.perform(ListThings(maxResults: 2))
    try bench.perform(DeleteThing(thingName: "b"))
    let rest = try bench.perform(ListThings(nextToken: first.nextToken))
    #expect(rest.items.map(\.thingName) == ["c", "d"])
  }

  @Test func `A token is refused with other filters and by other operations`() throws {
    try createThings()
    let token = try bench.perform(ListThings(maxResults: 1)).nextToken
    #expect(token != nil)
    for other in [
      ListThings(nextToken: token, thingTypeName: "camera"),
      ListThings(nextToken: token, attributeName: "color"),
      ListThings(nextToken: token, usePrefixAttributeValue: true),
    ] { #expect(bench.refusal(of: other) == .invalid(field: "nextToken")) }
    #expect(
      bench.refusal(of: ListThingGroups(nextToken: token)) == .invalid(field: "nextToken"))
  }

  @Test func `A page has 25 things unless a number is named`() throws {
    for number in 100..<130 { bench.apply([.putThing(thing(number, type: nil))]) }
    #expect(try bench.pages { ListThings(nextToken: $0) }.map(\.count) == [25, 5])
    #expect(try bench.pages { ListThings(nextToken: $0, maxResults: 30) }.map(\.count) == [30])
  }

  @Test func `A filter that few things pass ends pages early and still finds all`() throws {
    let count = Limits.namesVisitedPerPage * 2 + 10
    bench.apply(
      (0..<count).map { .putThing(thing($0, type: $0 == count - 1 ? "rare" : "common")) })
    let pages = try bench.pages { ListThings(nextToken: $0, thingTypeName: "rare") }
    #expect(pages.map(\.count) == [0, 0, 1])
  }

  private func thing(_ number: Int, type: String?) -> Thing {
    // Names of one length are in the order of their numbers.
    Thing(name: ThingName("t\(1_000_000 + number)"), id: "id", typeName: type)
  }
}
