import Synchronization

extension DetectService {
  /// Suggests behaviors that would have raised few alarms, from values that are retained of a target's
  /// things or of one thing. What takes long is done on the caller's executor, between short steps of the
  /// engine and reads of the store.
  ///
  /// - Throws: `invalidRequest`; `notFound` where the period holds no values; `limitExceeded` where one thing
  ///   alone has too many; `throttled` while others wait for their suggestions.
  package func suggestBehaviors(
    _ request: SuggestBehaviors
  ) async throws(DetectError) -> Suggestions {
    try quotas.admit(SuggestBehaviors.name, at: clock())
    let isAdmitted = suggestionsInMaking.withLock { count in
      guard count < Limits.suggestionsAtOnce else { return false }
      count += 1
      return true
    }
    guard isAdmitted else {
      throw .throttled(
        "\(Limits.suggestionsAtOnce) suggestions are in the making",
        retryAfterMilliseconds: 1000)
    }
    defer { suggestionsInMaking.withLock { $0 -= 1 } }
    let query = try await order { state throws(DetectError) in
      try SuggestionQuery(request, in: state.engineToRead().catalog)
    }
    let things = try await sample(query.subject)
    let values = try await readValues(of: things.things, query)
    return try Suggestions(values, query, thingsCovered: things.count, settings: settings)
  }

  /// The things to look at: a target's in steps, so that the engine does other things in between.
  private func sample(
    _ subject: SuggestionQuery.Subject
  ) async throws(DetectError) -> ThingSample {
    var sample = ThingSample()
    switch subject {
    case .thing(let name): sample.add(name)
    case .target(let target):
      var next: Int? = 0
      while let index = next {
        let before = sample
        (sample, next) = try await order { state throws(DetectError) in
          var sample = before
          let next = try state.engineToRead().sample(target, from: index, into: &sample)
          return (sample, next)
        }
      }
    }
    return sample
  }

  /// The values of as many things as fit.
  private func readValues(
    of things: [ThingName], _ query: SuggestionQuery
  ) async throws(DetectError) -> ValueSample {
    var sample = ValueSample()
    for thing in things {
      let values = try await retained(thing, query)
      if let values, values.isEmpty { continue }
      guard let values, sample.add(thing, values) else {
        guard sample.things.isEmpty else { break }
        throw .limitExceeded(
          "thing \(quoted(thing.text)) alone has more than \(Limits.suggestionValues) values in the "
            + "period; a shorter one or fewer metrics would do")
      }
    }
    guard !sample.things.isEmpty else {
      throw .notFound("no values are retained between startTime and endTime")
    }
    sample.sort()
    return sample
  }

  /// The values of a thing: those in the store, and those that wait for it.
  /// Nil where they are too many.
  private func retained(
    _ thing: ThingName, _ query: SuggestionQuery
  ) async throws(DetectError) -> [RetainedValue]? {
    let metrics = Set(query.metrics.map(\.metric))
    let recent = try await order { state throws(DetectError) in
      (
        values: try state.engineToRead().unsavedValues(of: thing),
        snapshotPosition: state.snapshots.position
      )
    }
    let stored: [RetainedValue]? = try await read { store throws(StoreError) in
      var values: [RetainedValue] = []
      var cost = 0
      for part in query.parts {
        let chunks = try store.metricValues(
          thing: thing, start: part.lowerBound, end: part.upperBound,
          upTo: recent.snapshotPosition)
        for chunk in chunks {
          let added = try chunk.values(where: metrics.contains).filter { part.contains($0.time) }
          cost += added.reduce(0) { $0 + $1.value.cost }
          guard cost <= Limits.suggestionValues else { return nil }
          values += added
        }
      }
      return values
    }
    guard let stored else { return nil }
    return stored
      + recent.values.filter { metrics.contains($0.metric) && query.contains($0.time) }
  }
}
