/// A violation that has not ended, beyond what its behavior says.
struct Alarm: Hashable, Sendable {
  /// Index of the thing in the engine's table.
  var thing: Int
  var identity: SlotIdentity
  var violationID: String
  /// Event time of the in-alarm event.
  var startTime: Int64
  /// Sequence number of the in-alarm event, 0 while that waits for it.
  fileprivate(set) var startSequence: Int64 = 0
  var lastViolationTime: Int64
  var lastViolationValue: MetricValue
  /// Event time of the latest datapoint, violating or not: silence counts from here.
  var lastDatapointTime: Int64
  var verification = Verification.none
  /// The next of its thing's violations.
  fileprivate(set) var next: AlarmTable.Place?

  /// Where lists have the violation, nil where it has not been told yet.
  var position: EventPosition? {
    startSequence > 0 ? EventPosition(time: startTime, sequence: startSequence) : nil
  }
}

/// The active violations, each at a place that stays the same until it ends. Few streaks are in alarm, so
/// what only an alarm needs lies here and not with the streak.
///
///     alarms:       [ a │ – │ b │ c ]        by place; those of one thing lead from one to the next
///     told:         c a b                    newest first, for lists
///     identifiers:  b c a                    by their second halves, for who asks for one
struct AlarmTable: Sendable {
  struct Place: Hashable, Sendable {
    fileprivate let index: Int32
  }

  private var alarms = SegmentedArray<Alarm?>()
  private var free: [Int32] = []
  private var told = SortedList<Told>()
  private var identifiers = SortedList<Identifier>()

  /// A violation in the order of lists.
  private struct Told: Comparable, Sendable {
    let position: EventPosition
    var index: Int32 = 0

    static func < (a: Told, b: Told) -> Bool { a.position > b.position }
    static func == (a: Told, b: Told) -> Bool { a.position == b.position }
  }

  /// A violation by what no other has: the second half of its identifier.
  private struct Identifier: Comparable, Sendable {
    let half: UInt64
    var index: Int32 = 0

    static func < (a: Identifier, b: Identifier) -> Bool { a.half < b.half }
    static func == (a: Identifier, b: Identifier) -> Bool { a.half == b.half }
  }

  var count: Int { alarms.count - free.count }

  /// Whether the orders have what the table has, and nothing that has ended.
  var isConsistent: Bool { identifiers.count == count && told.count <= count }

  /// Adds a violation before the others of its thing, of which `first` is the first.
  mutating func insert(_ alarm: Alarm, before first: inout Place?) {
    var alarm = alarm
    alarm.next = first
    let index = free.popLast() ?? Int32(alarms.count)
    if Int(index) < alarms.count { alarms[Int(index)] = alarm } else { alarms.append(alarm) }
    first = Place(index: index)
    identifiers.insert(Identifier(half: secondHalf(ofViolationID: alarm.violationID), index: index))
    if let position = alarm.position { told.insert(Told(position: position, index: index)) }
  }

  /// The violation's in-alarm event has been given its number: from now on it is listed.
  mutating func tell(_ place: Place, as sequence: Int64) {
    var alarm = self[place]
    alarm.startSequence = sequence
    self[place] = alarm
    if let position = alarm.position { told.insert(Told(position: position, index: place.index)) }
  }

  /// The place of a behavior's violation among those of a thing, nil where it has none.
  func place(of identity: SlotIdentity, from first: Place?) -> Place? {
    var place = first
    while let current = place, self[current].identity != identity { place = self[current].next }
    return place
  }

  /// The places of a thing's violations always hold one.
  subscript(place: Place) -> Alarm {
    get {
      guard let alarm = alarms[Int(place.index)] else {
        preconditionFailure("a thing leads to an alarm that has ended")
      }
      return alarm
    }
    set { alarms[Int(place.index)] = newValue }
  }

  /// The active violation of this identifier, if it is still the one at the place.
  func holds(_ violationID: String, at place: Place) -> Bool {
    alarms[Int(place.index)]?.violationID == violationID
  }

  /// Ends the violation of a behavior, one of those of a thing; `first` is the first of them.
  mutating func remove(_ identity: SlotIdentity, from first: inout Place?) -> Alarm {
    guard let place = place(of: identity, from: first) else {
      preconditionFailure("a streak in alarm has no alarm")
    }
    let alarm = self[place]
    if first == place {
      first = alarm.next
    } else {
      var before = first
      while let current = before, self[current].next != place { before = self[current].next }
      if let before { self[before].next = alarm.next }
    }
    alarms[Int(place.index)] = nil
    free.append(place.index)
    identifiers.remove(Identifier(half: secondHalf(ofViolationID: alarm.violationID)))
    if let position = alarm.position { told.remove(Told(position: position)) }
    return alarm
  }

  /// The place of the violation with this identifier, nil where it is not active.
  func place(of violationID: String) -> Place? {
    let half = secondHalf(ofViolationID: violationID)
    guard let index = identifiers.element(equalTo: Identifier(half: half))?.index else {
      return nil
    }
    let place = Place(index: index)
    return holds(violationID, at: place) ? place : nil
  }

  /// The violations that have been told, newest first, from after a position on, as long as `take` says to go on.
  func visit(after position: EventPosition?, _ take: (Alarm) -> Bool) {
    told.visit(after: position.map { Told(position: $0) }) { take(self[Place(index: $0.index)]) }
  }

  /// The violations of a thing, of which `first` is the first.
  func all(from first: Place?) -> [Alarm] {
    var all: [Alarm] = []
    var place = first
    while let current = place {
      all.append(self[current])
      place = self[current].next
    }
    return all
  }

  /// Places, those included that are free.
  var placeCount: Int { alarms.count }

  /// The active violations at some of the places.
  func among(_ places: Range<Int>) -> some Sequence<Alarm> {
    alarms[places].lazy.compactMap { $0 }
  }
}

/// Makes a violation's identifier: 32 lower-case hexadecimal digits.
///
/// The first half mixes what the violation is about; the second is the number of the episode, scrambled
/// by a function that maps different numbers to different ones, so two violations never share an identifier.
func violationID(
  profile: String, behavior: String, thing: ThingName, start: Int64, episode: Int64
) -> String {
  var hash = FNV1a()
  hash.combine(profile)
  hash.combine(behavior)
  hash.combine(thing.text)
  hash.combine(UInt64(bitPattern: start))
  return hexadecimal(scrambled(hash.value)) + hexadecimal(scrambled(UInt64(bitPattern: episode)))
}

/// The second half of a violation's identifier, the number of its episode scrambled.
private func secondHalf(ofViolationID text: String) -> UInt64 {
  text.utf8.suffix(16).reduce(0) { number, digit in
    number << 4 | UInt64(digit >= UInt8(ascii: "a") ? digit - UInt8(ascii: "a") + 10 : digit & 15)
  }
}

/// Whether a text has the form of a violation's identifier.
func isViolationID(_ text: String) -> Bool {
  text.utf8.count == 32
    && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
}

/// The finalizer of SplitMix64: a bijection in which every input bit moves half of the output bits.
func scrambled(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9e37_79b9_7f4a_7c15
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}

private func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
