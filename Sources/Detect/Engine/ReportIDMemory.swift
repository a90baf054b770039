/// The ids of a thing's latest reports: what tells a report sent again from a new one (evaluation.md 9).
///
/// The oldest id is here, each later one in the thing's bytes as its difference from the one before. A device
/// that counts, or sends the time in seconds, so takes a byte an id.
///
///     oldest ──► [ +1 ] [ +1 ] [ +60 ] … [ -3 ] ──► newest        in order of receipt
///
/// Differences wrap around, so every id has one to every other.
struct ReportIDMemory: Hashable, Sendable {
  enum Verdict: Sendable {
    case new
    case duplicate
    /// The id may have been seen and forgotten.
    case tooOld
  }

  private(set) var oldest: UInt64 = 0
  private(set) var newest: UInt64 = 0
  private(set) var highest: UInt64 = 0
  private(set) var highestForgotten: UInt64 = 0
  /// Ids that are remembered.
  private(set) var count: UInt8 = 0
  /// Bytes of the differences, which lie together among the thing's.
  private(set) var byteCount: UInt16 = 0

  init() {}

  /// What to do with a report of this id.
  ///
  /// - Parameters:
  ///   - bytes: the thing's.
  ///   - start: where the differences lie in them.
  func verdict(on id: UInt64, in bytes: PackedBytes, at start: Int) -> Verdict {
    if id > highest { return .new }
    if contains(id, in: bytes, at: start) { return .duplicate }
    return id <= highestForgotten ? .tooOld : .new
  }

  private func contains(_ id: UInt64, in bytes: PackedBytes, at start: Int) -> Bool {
    guard count > 0 else { return false }
    var known = oldest
    var position = start
    while known != id {
      guard position < start + Int(byteCount) else { return false }
      known &+= UInt64(bitPattern: bytes.read(at: &position).unfolded)
    }
    return true
  }

  /// Remembers one more id and forgets the oldest where they are too many.
  mutating func remember(_ id: UInt64, in bytes: inout PackedBytes, at start: Int) {
    highest = max(highest, id)
    guard count > 0 else {
      oldest = id
      newest = id
      count = 1
      return
    }
    var first = start
    if count == Limits.rememberedReportIDs {
      highestForgotten = max(highestForgotten, oldest)
      oldest &+= UInt64(bitPattern: bytes.read(at: &first).unfolded)
    } else {
      count += 1
    }
    let difference = UInt64(folding: Int64(bitPattern: id &- newest))
    newest = id
    let end = start + Int(byteCount)
    var position = end - (first - start)
    bytes.move(first..<end, to: start)
    bytes.resize(position..<end, to: PackedBytes.length(of: difference))
    bytes.write(difference, at: &position)
    byteCount = UInt16(position - start)
  }

  func encode(_ bytes: PackedBytes, at start: Int, to writer: inout ByteWriter) {
    writer.write(count: Int(count))
    writer.write(oldest)
    writer.write(highestForgotten)
    var position = start
    while position < start + Int(byteCount) { writer.write(bytes.read(at: &position)) }
  }

  /// Reads back what `encode` wrote, to the end of the bytes.
  init(from reader: inout ByteReader, in bytes: inout PackedBytes) throws(StoreError) {
    let start = bytes.count
    let count = try reader.readCount()
    guard count <= Limits.rememberedReportIDs else {
      throw .corrupt("a memory of too many report ids")
    }
    oldest = try reader.readUInt64()
    highestForgotten = try reader.readUInt64()
    newest = oldest
    highest = max(highestForgotten, oldest)
    for _ in 0..<max(0, count - 1) {
      let difference = try reader.readUInt64()
      newest &+= UInt64(bitPattern: difference.unfolded)
      highest = max(highest, newest)
      bytes.append(difference)
    }
    self.count = UInt8(count)
    byteCount = UInt16(bytes.count - start)
  }
}
