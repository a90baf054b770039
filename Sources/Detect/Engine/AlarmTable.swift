/// A violation that has not ended, beyond what its behavior says.
struct Alarm: Hashable, Sendable {
  /// Index of the thing in the engine's table.
  var thing: Int
  var identity: SlotIdentity
  var violationID: String
  /// Event time of the in-alarm event.
  var startTime: Int64
  /// Sequence number of the in-alarm event.
  var startSequence: Int64
  var lastViolationTime: Int64
  var lastViolationValue: MetricValue
  /// Event time of the latest datapoint, violating or not: silence counts from here.
  var lastDatapointTime: Int64
  var verification = Verification.none
  /// The next of its thing's violations.
  fileprivate(set) var next: AlarmTable.Place?
}

/// The active violations, each at a place that stays the same until it ends. Few streaks are in alarm, so
/// what only an alarm needs lies here and not with the streak.
struct AlarmTable: Sendable {
  struct Place: Hashable, Sendable {
    fileprivate let index: Int32
  }

  private var alarms: [Alarm?] = []
  private var free: [Int32] = []

  var count: Int { alarms.count - free.count }

  /// Adds a violation before the others of its thing, of which `first` is the first.
  mutating func insert(_ alarm: Alarm, before first: inout Place?) {
    var alarm = alarm
    alarm.next = first
    if let index = free.popLast() {
      alarms[Int(index)] = alarm
      first = Place(index: index)
      return
    }
    alarms.append(alarm)
    first = Place(index: Int32(alarms.count - 1))
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
    return alarm
  }

  /// The place of the violation with this identifier, nil where it is not active. Looks at every alarm:
  /// it is a person who asks.
  func place(of violationID: String) -> Place? {
    alarms.firstIndex { $0?.violationID == violationID }.map { Place(index: Int32($0)) }
  }

  /// The active violations in no particular order.
  var all: some Sequence<Alarm> { alarms.lazy.compactMap { $0 } }

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
