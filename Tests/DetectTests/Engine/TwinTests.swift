import Testing

@testable import Detect

/// The engine against its slow and obvious twin, over random lives from a seed.
@Suite struct TwinTests {
  /// What the engine said in one life, or where it differs from its twin.
  private enum Life {
    case agreed([TwinEngine.Said])
    case differed(String)
  }

  private func live(seed: UInt64, steps: Int) -> Life {
    var inputs = RandomInputs(seed: seed)
    var engine = Engine()
    var twin = TwinEngine()
    var episodes: [String: Int] = [:]
    var said: [TwinEngine.Said] = []
    for step in 0..<steps {
      let input = step == 0 ? inputs.first : inputs.next(after: engine)
      twin.apply(input)
      if case .verify(let said, _) = input, let episode = episodes[said.violationID] {
        twin.verify(episode: episode, said.verification)
      }
      let outcome = engine.apply(input)
      let explanations = Dictionary(
        uniqueKeysWithValues: outcome.explanations.map { ($0.violationID, $0) })
      for event in outcome.events {
        let episode = episodes[event.violationID, default: episodes.count + 1]
        episodes[event.violationID] = episode
        let why = event.type == .inAlarm ? explanations[event.violationID] : nil
        said.append(
          TwinEngine.Said(
            type: event.type, thing: event.thing.text, profile: event.securityProfileName,
            behavior: event.behavior.name, time: event.time, value: event.metricValue,
            episode: episode, verification: event.verification,
            datapoints: why?.datapoints ?? [], targets: Set(why?.targets ?? [])))
      }
      guard said == twin.said else {
        let place = zip(said, twin.said).prefix { $0 == $1 }.count
        return .differed(
          """
          seed \(seed), step \(step), event \(place + 1), input \(input)
          engine: \(said.dropFirst(place).first.map { "\($0)" } ?? "nothing")
          twin:   \(twin.said.dropFirst(place).first.map { "\($0)" } ?? "nothing")
          """)
      }
    }
    return .agreed(said)
  }

  @Test(arguments: 1...120 as ClosedRange<UInt64>)
  func `the engine says what its twin says`(seed: UInt64) {
    if case .differed(let difference) = live(seed: seed, steps: 250) {
      Issue.record("\(difference)")
    }
  }

  @Test func `the lives tell enough: every kind of event about every kind of metric`() {
    var said: [TwinEngine.Said] = []
    for seed in 1...100 as ClosedRange<UInt64> {
      if case .agreed(let events) = live(seed: seed, steps: 250) { said += events }
    }
    for type in ViolationEventType.allCases {
      #expect(said.count { $0.type == type } > 100)
    }
    let datapoints = said.flatMap(\.datapoints)
    #expect(said.count { $0.datapoints.count > 1 } > 100)
    #expect(said.count { $0.targets.count > 1 } > 10)
    #expect(
      datapoints.count { if case .percentile = $0.grounds { true } else { false } } > 100)
    #expect(
      datapoints.count { datapoint in
        if case .elements(let fault) = datapoint.grounds { fault.networks != [] } else { false }
      } > 10)
    for state in VerificationState.allCases {
      #expect(said.count { $0.verification.state == state } > 10, "\(state)")
    }
    #expect(said.count { $0.behavior.hasPrefix("narrow") } > 300)
    let kinds = said.map { event in
      switch event.value {
      case .count?: "count"
      case .cidrs?: "cidrs"
      case .ports?: "ports"
      case .number?: "number"
      case .numbers?: "numbers"
      case .strings?: "strings"
      case nil: "none"
      }
    }
    for kind in ["count", "cidrs", "ports", "number", "numbers", "strings", "none"] {
      #expect(kinds.count { $0 == kind } > 100, "\(kind)")
    }
  }
}
