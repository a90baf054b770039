import Testing

@testable import Detect

/// The engine against its slow and obvious twin, over random lives from a seed.
@Suite struct TwinTests {
  @Test(arguments: 1...120 as ClosedRange<UInt64>)
  func `the engine says what its twin says`(seed: UInt64) {
    var inputs = RandomInputs(seed: seed)
    var engine = Engine()
    var twin = TwinEngine()
    var episodes: [String: Int] = [:]
    var said: [TwinEngine.Said] = []
    for step in 0..<250 {
      let input = step == 0 ? inputs.first : inputs.next(after: engine)
      twin.apply(input)
      for event in engine.apply(input).events {
        let episode = episodes[event.violationID, default: episodes.count + 1]
        episodes[event.violationID] = episode
        said.append(
          TwinEngine.Said(
            type: event.type, thing: event.thing.text, profile: event.securityProfileName,
            behavior: event.behavior.name, time: event.time, value: event.metricValue,
            episode: episode))
      }
      guard said == twin.said else {
        let place = zip(said, twin.said).prefix { $0 == $1 }.count
        Issue.record(
          """
          seed \(seed), step \(step), event \(place + 1), input \(input)
          engine: \(said.dropFirst(place).first.map { "\($0)" } ?? "nothing")
          twin:   \(twin.said.dropFirst(place).first.map { "\($0)" } ?? "nothing")
          """)
        return
      }
    }
    #expect(said.count > 10, "seed \(seed) tells too little")
  }
}
