/// Why a store could not do what was asked.
package enum StoreError: Error, Equatable, Sendable {
  /// The store cannot be read or written now (disk full, I/O error, no permission). Nothing of the
  /// failed operation was kept.
  case unavailable(String)
  /// What is stored contradicts itself; it must not be served.
  case corrupt(String)
  /// The store was written by a newer version.
  case newerSchema(found: Int, supported: Int)
  /// Another process has the store open.
  case inUse(String)
  /// What is stored cannot be served under the settings that were given.
  case unsuitable(String)
}

/// One unit of durability: the inputs that were applied together, what they mean for the history of
/// violations, and what is to be sent for it.
package struct JournalGroup: Hashable, Sendable {
  /// Grows by one with every group, from 1.
  package var position: Int64
  /// The inputs, encoded one after another.
  package var inputs: [UInt8]
  /// In the order of their sequence numbers.
  package var events: [ViolationEvent]
  /// What was said of violations, in order: all their events show it, those of this group included.
  package var verifications: [ViolationVerification]
  /// Why, for the in-alarm events of this group.
  package var explanations: [ViolationExplanation]
  /// What is to be sent for events of the group.
  package var alerts: [Alert]

  package init(
    position: Int64, inputs: [UInt8], events: [ViolationEvent],
    verifications: [ViolationVerification] = [], explanations: [ViolationExplanation] = [],
    alerts: [Alert] = []
  ) {
    self.position = position
    self.inputs = inputs
    self.events = events
    self.verifications = verifications
    self.explanations = explanations
    self.alerts = alerts
  }
}

/// One piece of the engine's state, encoded, under a key of its own.
package struct SnapshotRecord: Hashable, Sendable {
  package var key: [UInt8]
  /// Nil removes the record.
  package var value: [UInt8]?

  package init(key: [UInt8], value: [UInt8]?) {
    self.key = key
    self.value = value
  }
}

/// Consecutive retained values of one thing, encoded together.
package struct MetricValueChunk: Hashable, Sendable {
  package var thing: ThingName
  /// The metric of all values; nil where each report's values name their own. Stores hold chunks of one metric
  /// that earlier versions wrote.
  package var metric: Metric?
  /// The position of the snapshot that wrote the chunk.
  package var position: Int64
  /// Time of the earliest value, in milliseconds since the epoch.
  package var firstTime: Int64
  /// Time of the latest value, in milliseconds since the epoch.
  package var lastTime: Int64
  package var values: [UInt8]

  package init(
    thing: ThingName, metric: Metric? = nil, position: Int64, firstTime: Int64, lastTime: Int64,
    values: [UInt8]
  ) {
    self.thing = thing
    self.metric = metric
    self.position = position
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.values = values
  }
}

/// A part of a snapshot: of what changed since the snapshot before. With the last part, the journal up to the
/// position is no longer needed.
package struct SnapshotPart: Hashable, Sendable {
  /// The position of the last group whose effects are included, the same in all parts.
  package var position: Int64
  /// Records to write or remove, each in one part and once.
  package var records: [SnapshotRecord]
  /// Retained values received since the snapshot before, under the same position.
  package var metricValues: [MetricValueChunk]
  /// Whether the snapshot is complete with this part.
  package var isLast: Bool

  package init(
    position: Int64, records: [SnapshotRecord] = [], metricValues: [MetricValueChunk] = [],
    isLast: Bool = true
  ) {
    self.position = position
    self.records = records
    self.metricValues = metricValues
    self.isLast = isLast
  }

  /// Records and chunks together: what writing the part costs.
  var itemCount: Int { records.count + metricValues.count }
}

/// Which events to read; conditions that are nil hold for every event.
package struct ViolationEventQuery: Hashable, Sendable {
  /// Events with start ≤ time < end, in milliseconds since the epoch.
  package var start: Int64
  package var end: Int64
  package var thing: ThingName?
  package var securityProfileName: String?
  package var criteriaType: BehaviorCriteriaType?
  /// True for events whose behavior suppresses alerts, false for the others.
  package var suppressed: Bool?
  package var verificationState: VerificationState?
  /// Continues after the event with this time and sequence number.
  package var after: EventPosition?
  /// Events up to this sequence number: those behind it may not be complete yet.
  package var lastSequence: Int64?
  /// At least 1.
  package var limit: Int

  package init(
    start: Int64, end: Int64, thing: ThingName? = nil, securityProfileName: String? = nil,
    criteriaType: BehaviorCriteriaType? = nil, suppressed: Bool? = nil,
    verificationState: VerificationState? = nil, after: EventPosition? = nil,
    lastSequence: Int64? = nil, limit: Int
  ) {
    self.start = start
    self.end = end
    self.thing = thing
    self.securityProfileName = securityProfileName
    self.criteriaType = criteriaType
    self.suppressed = suppressed
    self.verificationState = verificationState
    self.after = after
    self.lastSequence = lastSequence
    self.limit = limit
  }

  /// Whether the query asks for this event, its limit aside.
  package func matches(_ event: ViolationEvent) -> Bool {
    start <= event.time && event.time < end
      && after.map { event.eventPosition < $0 } ?? true
      && lastSequence.map { event.sequence <= $0 } ?? true
      && thing.map { event.thing == $0 } ?? true
      && securityProfileName.map { event.securityProfileName.utf8.elementsEqual($0.utf8) } ?? true
      && criteriaType.map { event.criteriaType == $0 } ?? true
      && suppressed.map { event.suppressesAlerts == $0 } ?? true
      && verificationState.map { event.verification.state == $0 } ?? true
  }
}

extension ViolationEvent {
  /// The place of the event in the order of events.
  package var eventPosition: EventPosition { EventPosition(time: time, sequence: sequence) }

  /// Whether its behavior suppresses alerts; a behavior that does not say so does not.
  package var suppressesAlerts: Bool { behavior.suppressesAlerts }
}

/// A place in the order of events: newest first, by time, then by sequence number.
package struct EventPosition: Hashable, Comparable, Sendable {
  package var time: Int64
  package var sequence: Int64

  package init(time: Int64, sequence: Int64) {
    self.time = time
    self.sequence = sequence
  }

  package static func < (a: EventPosition, b: EventPosition) -> Bool {
    (a.time, a.sequence) < (b.time, b.sequence)
  }
}

/// Where everything durable lives: the journal, the snapshot of the engine's state, the history of
/// violation events with their alerts, and the retained metric values.
///
/// Every operation is whole: it happens completely or not at all, and it blocks its thread until it
/// has. `commit`, `writeSnapshot`, `compact` and `removeExpired` are called by one thread; the reading
/// operations may run at the same time on others, also inside of a visit, and see only what is
/// committed. `MemoryStore` is the executable meaning of this port, and `StoreConformance` in the
/// tests judges every implementation.
package protocol Store: AlertStore {
  /// Visits every record of the newest snapshot, by rising key, and returns the snapshot's position
  /// (0 where there is none).
  func loadSnapshot(_ visit: (SnapshotRecord) throws(StoreError) -> Void) throws(StoreError)
    -> Int64

  /// Visits the inputs of every group after `position`, in order. A hole in the positions up to the
  /// last group is `corrupt`, also where a snapshot has removed the groups.
  func loadJournal(
    after position: Int64,
    _ visit: (_ position: Int64, _ inputs: [UInt8]) throws(StoreError) -> Void
  ) throws(StoreError)

  /// Makes a group durable: when this returns, its inputs, events and alerts, and what was said of
  /// violations, survive any crash.
  ///
  /// A group that does not follow the last one (the snapshot's position where the journal is empty),
  /// an event whose sequence number is taken and an alert that tells of no event of the group are
  /// `corrupt`; nothing of the group is kept. After `unavailable` the same group may be committed
  /// again.
  func commit(_ group: JournalGroup) throws(StoreError)

  /// Makes a part of a snapshot durable. Nothing of a snapshot is seen by `loadSnapshot` before its last part is:
  /// then all of it is. The chunks of one that is not complete are seen by nobody who asks for those up to
  /// the position of one that is.
  ///
  /// A position not above that of the snapshot before, above that of the last group, or other than that of a
  /// snapshot that has begun, a first part before `compact` has nothing left to do, and a record that has been
  /// written in an earlier part are `corrupt`, and nothing is changed.
  func writeSnapshot(_ part: SnapshotPart) throws(StoreError)

  /// Does a step of the work that a snapshot leaves behind it: removes the journal up to its position, of which
  /// nobody is asked any more, and makes one of the records of several snapshots. Of a snapshot that was
  /// begun and never completed everything is removed, so this must not be called while one is being written.
  /// What is read stays the same. A step takes at most `limit` rows. Returns whether there may be more.
  func compact(limit: Int) throws(StoreError) -> Bool

  /// The events that match, newest first by (time, sequence), at most `query.limit`.
  func violationEvents(_ query: ViolationEventQuery) throws(StoreError) -> [ViolationEvent]

  /// The events with a sequence number above `sequence`, oldest first, at most `limit`.
  func violationEvents(
    afterSequence sequence: Int64, limit: Int
  ) throws(StoreError) -> [ViolationEvent]

  /// Whether an event of the violation with this identifier is kept.
  func hasEvents(ofViolation violationID: String) throws(StoreError) -> Bool

  /// Why the alarm of a violation was raised, nil where that is not kept.
  func explanation(ofViolation violationID: String) throws(StoreError) -> ViolationExplanation?

  /// The sequence number of the oldest event that is kept, nil where none is.
  func oldestSequence() throws(StoreError) -> Int64?

  /// How many events `removeExpired` has ever removed: with those that are kept, all that have been. Nil
  /// where the store is older than the count.
  func removedEventCount() throws(StoreError) -> Int64?

  /// The chunks of one thing whose span, from the first time to the last, meets start ≤
  /// time < end and that were written by a snapshot up to `position`, in the order in which they
  /// were written.
  func metricValues(
    thing: ThingName, start: Int64, end: Int64, upTo position: Int64
  ) throws(StoreError) -> [MetricValueChunk]

  /// Removes at most `limit` events older than `eventsBefore`, each with its alert, and at most `limit` chunks whose
  /// values are all older than `valuesBefore` (milliseconds since the epoch), the oldest first.
  /// Returns whether there may be more.
  ///
  /// An explanation goes when the event that ended its violation is older than `eventsBefore`, at most
  /// `limit` at a time as well; that of an active violation stays.
  func removeExpired(
    eventsBefore: Int64, valuesBefore: Int64, limit: Int
  ) throws(StoreError) -> Bool
}
