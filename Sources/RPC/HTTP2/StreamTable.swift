/// Values by stream, for the streams that are open: a hash table whose hash is the stream itself.
/// Clients number their streams 1, 3, 5…, so the half of a number, by the size of the table, spreads
/// them better than a random hash would.
///
///     streams   [ 33,  0, 37, 39,  0, … ]      0: free
///     values    [  a,  –,  b,  c,  –, … ]
///
/// A stream lies where its hash says or behind it, with no free place between.
struct StreamTable<Value> {
  /// Places of the smallest table, and of the largest that is kept when it is empty.
  private static var smallest: Int { 16 }
  private static var largestEmpty: Int { 128 }

  private var streams: [Int32] = []
  private var values: [Value?] = []
  /// Streams that have a value.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// The values, in no order.
  var all: [Value] { values.compactMap(\.self) }

  /// The streams, in no order.
  var openStreams: [Int32] { streams.filter { $0 != 0 } }

  /// The value of this stream.
  subscript(stream: Int32) -> Value? {
    guard count > 0 else { return nil }
    let place = place(of: stream)
    return streams[place] == stream ? values[place] : nil
  }

  /// Gives a stream its value. It must have none.
  mutating func insert(_ value: Value, for stream: Int32) {
    if 2 * (count + 1) > streams.count { resize(to: max(2 * streams.count, Self.smallest)) }
    let place = place(of: stream)
    streams[place] = stream
    values[place] = value
    count += 1
  }

  /// Takes the value of this stream out.
  mutating func remove(_ stream: Int32) -> Value? {
    guard count > 0 else { return nil }
    var hole = place(of: stream)
    guard streams[hole] == stream else { return nil }
    let value = values[hole].take()
    // Whoever stands behind the hole and would not be found across it moves into it.
    var next = following(hole)
    while streams[next] != 0 {
      if distance(from: home(of: streams[next]), to: next) >= distance(from: hole, to: next) {
        streams[hole] = streams[next]
        values[hole] = values[next].take()
        hole = next
      }
      next = following(next)
    }
    streams[hole] = 0
    count -= 1
    if count == 0, streams.count > Self.largestEmpty { removeAll() }
    return value
  }

  mutating func removeAll() {
    streams = []
    values = []
    count = 0
  }

  private func home(of stream: Int32) -> Int { Int(stream) / 2 & (streams.count - 1) }

  private func following(_ place: Int) -> Int { (place + 1) & (streams.count - 1) }

  private func distance(from first: Int, to last: Int) -> Int {
    (last - first) & (streams.count - 1)
  }

  /// Where this stream is, or the free place where it belongs.
  private func place(of stream: Int32) -> Int {
    var place = home(of: stream)
    while streams[place] != stream, streams[place] != 0 { place = following(place) }
    return place
  }

  private mutating func resize(to size: Int) {
    let old = (streams, values)
    streams = [Int32](repeating: 0, count: size)
    values = [Value?](repeating: nil, count: size)
    for (stream, value) in zip(old.0, old.1) where stream != 0 {
      let place = place(of: stream)
      streams[place] = stream
      values[place] = value
    }
  }
}
