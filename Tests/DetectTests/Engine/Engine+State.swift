@testable import Detect

extension Engine {
  /// Every part of the engine's state, one record each, by key: what a snapshot from nothing would hold. Of
  /// work that has steps left, only what is done.
  var state: [[UInt8]: [UInt8]?] {
    var copy = self
    copy.advancing = nil
    copy.rollout = nil
    copy.draft = nil
    for index in copy.things.indices {
      copy.willChange(index)
      copy.things[index].log.chunks = LogChunks(
        end: copy.things[index].log.chunks.end, stored: 0)
    }
    copy.unsaved.things = copy.things.count
    copy.unsaved.catalog = [:]
    for change in copy.catalog.everything { copy.unsaved.note(change) }
    let records = copy.takeSnapshot(at: 0).records.filter { $0.value != nil }
    return Dictionary(uniqueKeysWithValues: records.map { ($0.key, $0.value) })
  }
}

extension Engine {
  /// Active violations, newest first.
  func activeViolations(limit: Int = .max) -> [ActiveViolation] {
    var violations: [ActiveViolation] = []
    visitActiveViolations(of: nil, after: nil) {
      if violations.count < limit { violations.append($0) }
      return violations.count < limit
    }
    return violations
  }

  /// A snapshot, all its parts at once.
  mutating func takeSnapshot(at position: Int64) -> SnapshotPart {
    beginSnapshot(at: position)
    let snapshot = nextSnapshotPart(items: .max / Limits.snapshotVisits, bytes: .max)
    precondition(snapshot.isLast)
    endSnapshot()
    return snapshot
  }
}

extension Catalog {
  /// The changes that make this catalog out of an empty one.
  fileprivate var everything: [Change] {
    var changes = profiles.values.map { Change.putProfile($0) }
    changes += customMetrics.values.map { Change.putCustomMetric($0) }
    if let lastMetricNumber { changes.append(.giveMetricNumber(lastMetricNumber)) }
    changes += dimensions.values.map { Change.putDimension($0) }
    if let lastDimensionNumber { changes.append(.giveDimensionNumber(lastDimensionNumber)) }
    changes += groups.values.map { Change.putGroup($0) }
    changes += things.values.map { Change.putThing($0) }
    for profile in profiles.keys {
      changes += targets(ofProfile: profile).elements.map { Change.attach(profile: profile, $0) }
    }
    for thing in things.keys {
      changes += groups(ofThing: thing).elements.map { Change.join(thing, group: $0) }
    }
    return changes + tags.map { Change.putTags(resource: $0, $1) }
  }
}
