/// Whole numbers back to back in one allocation, small ones in few bytes, readable from both ends.
///
///     1            [0000001]
///     300          [1·0101100] [0000010]      seven bits a byte, lowest first; a top bit says: more follow
///
/// Only the last byte of a number has no top bit. So a reader that comes from behind knows as well where a
/// number begins: behind the byte before it that has none.
struct PackedBytes: Hashable, Sendable {
  private(set) var bytes: [UInt8] = []

  init() {}

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var count: Int { bytes.count }

  /// Bytes that may be added without another allocation.
  var room: Int { bytes.capacity - bytes.count }

  /// Makes room for so many bytes more. Things live long and grow slowly: a step is a sixteenth, not
  /// a doubling, of which most would stay empty.
  mutating func reserve(_ extra: Int) {
    guard extra > room else { return }
    bytes.reserveCapacity(count + extra + max(Self.leastStep, count / 16))
  }

  /// Gives back room that a busier past has left.
  mutating func shrink() {
    guard room > count + 4 * Self.leastStep else { return }
    var smaller: [UInt8] = []
    smaller.reserveCapacity(count + Self.leastStep)
    smaller += bytes
    bytes = smaller
  }

  private static let leastStep = 32

  /// Makes the range so many bytes long, moving what is behind it. What it holds then is undefined.
  mutating func resize(_ range: Range<Int>, to length: Int) {
    let added = length - range.count
    guard added != 0 else { return }
    let rest = range.upperBound..<count
    if added > 0 {
      reserve(added)
      for _ in 0..<added { bytes.append(0) }
    }
    move(rest, to: rest.lowerBound + added)
    if added < 0 { bytes.removeLast(-added) }
  }

  /// Copies the range to another place, which may overlap it.
  mutating func move(_ range: Range<Int>, to place: Int) {
    guard range.lowerBound != place, !range.isEmpty else { return }
    unsafe bytes.withUnsafeMutableBytes { all in
      let target = unsafe UnsafeMutableRawBufferPointer(
        rebasing: all[place..<place + range.count])
      unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[range]))
    }
  }

  subscript(position: Int) -> UInt8 {
    get { bytes[position] }
    set { bytes[position] = newValue }
  }

  /// How many bytes a number takes.
  static func length(of value: UInt64) -> Int {
    (70 - (value | 1).leadingZeroBitCount) / 7
  }

  /// Writes a number over the bytes at the position, which moves behind it.
  mutating func write(_ value: UInt64, at position: inout Int) {
    var rest = value
    while rest >= 0x80 {
      bytes[position] = UInt8(truncatingIfNeeded: rest) | 0x80
      position += 1
      rest >>= 7
    }
    bytes[position] = UInt8(truncatingIfNeeded: rest)
    position += 1
  }

  /// Appends a number.
  mutating func append(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends what was packed already.
  mutating func append(_ packed: ArraySlice<UInt8>) {
    bytes += packed
  }

  /// Reads the number at the position, which moves behind it.
  func read(at position: inout Int) -> UInt64 {
    var byte = bytes[position]
    position += 1
    var value = UInt64(byte & 0x7f)
    var shift: UInt64 = 7
    while byte >= 0x80 {
      byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) &<< shift
      shift += 7
    }
    return value
  }

  /// Reads the number that ends before the position, which moves to its beginning.
  ///
  /// - Parameter start: where the numbers begin.
  func read(before position: inout Int, from start: Int) -> UInt64 {
    position -= 1
    var value = UInt64(bytes[position])
    while position > start, bytes[position - 1] >= 0x80 {
      position -= 1
      value = value &<< 7 | UInt64(bytes[position] & 0x7f)
    }
    return value
  }

  /// Moves the position to the beginning of the number that lies so many numbers before it.
  func skip(_ numbers: Int, before position: inout Int, from start: Int) {
    for _ in 0..<numbers {
      position -= 1
      while position > start, bytes[position - 1] >= 0x80 { position -= 1 }
    }
  }
}

extension UInt64 {
  /// A signed number as an unsigned one that is small where its distance from 0 is: 0, -1, 1, -2 … become
  /// 0, 1, 2, 3 …
  init(folding value: Int64) {
    self = UInt64(bitPattern: value &<< 1) ^ UInt64(bitPattern: value >> 63)
  }

  /// The signed number that was folded into this one.
  var unfolded: Int64 {
    Int64(bitPattern: self >> 1) ^ -Int64(bitPattern: self & 1)
  }
}
