import Testing

@testable import Detect

@Suite struct SharedSetsTests {
  /// Ten networks, in an order and with a repetition of their own for each profile.
  private static func profile(_ number: Int) -> SecurityProfile {
    let networks = (0..<10).map { "10.\(($0 + number) % 10).0.0/16" } + ["10.\(number % 10).7.0/24"]
    let behaviors = [
      Behavior(
        name: "networks", metric: "aws:destination-ip-addresses",
        criteria: BehaviorCriteria(comparisonOperator: "in-cidr-set", value: .cidrs(networks))),
      Behavior(
        name: "no-networks", metric: "aws:destination-ip-addresses",
        criteria: BehaviorCriteria(comparisonOperator: "not-in-cidr-set", value: .cidrs(networks))),
      Behavior(
        name: "ports", metric: "aws:listening-tcp-ports",
        criteria: BehaviorCriteria(
          comparisonOperator: "in-port-set",
          value: .ports(number % 2 == 0 ? [22, 443] : [443, 22])
        )),
      Behavior(
        name: "own", metric: "aws:listening-udp-ports",
        criteria: BehaviorCriteria(
          comparisonOperator: "in-port-set", value: .ports([Int64(1000 + number)]))),
    ]
    return SecurityProfile(
      name: "profile-\(number)", description: nil, behaviors: behaviors, alertTargets: [:],
      additionalMetricsToRetain: [], metricsExportConfig: nil, version: 1, creationDate: 0,
      lastModifiedDate: 0, number: UInt32(number), behaviorNumbers: [1, 2, 3, 4],
      nextBehaviorNumber: 5)
  }

  /// The frozen sets of an engine's plans: how many there are, and how many objects they are.
  private static func count(_ engine: Engine) -> (named: Int, held: Int, bytes: Int) {
    var named = 0
    var bytes: [ObjectIdentifier: Int] = [:]
    for entry in engine.plans.values.flatMap(\.entries) {
      switch entry.rule.criterion {
      case .addresses(let set, _): bytes[ObjectIdentifier(set)] = set.byteCount
      case .ports(let set, _): bytes[ObjectIdentifier(set)] = set.byteCount
      default: continue
      }
      named += 1
    }
    return (named, bytes.count, bytes.values.reduce(0, +))
  }

  @Test func `Equal sets of all profiles are one block of memory, after a restart too`() throws {
    var engine = Engine()
    let profiles = (0..<100).map(Self.profile)
    _ = engine.apply(.changes(profiles.map { .putProfile($0) }, at: 0))
    var restored = Engine()
    for record in engine.takeSnapshot(at: 0).records { try restored.restore(record) }
    for engine in [engine, restored] {
      let (named, held, bytes) = Self.count(engine)
      #expect(named == 400)
      #expect(held == 1 + 1 + 100)
      // The networks are 10.0.0.0 to 10.9.255.255: two boundaries fit the line of the header.
      #expect(bytes == 64 * held)
    }
  }

  @Test func `The table keeps what is held and forgets the rest`() {
    var table = InternTable<PortSet>()
    let held = (0..<100).map { table.intern(PortSet([UInt16($0)])) }
    for port in UInt16(1000)..<9000 { _ = table.intern(PortSet([port])) }
    #expect(table.count >= held.count)
    #expect(table.count < 4 * held.count)
    for (port, set) in held.enumerated() {
      #expect(table.intern(PortSet(ranges: [UInt16(port)...UInt16(port)])) === set)
    }
  }
}
