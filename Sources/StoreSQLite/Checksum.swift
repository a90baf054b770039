/// XXH64: eight bytes at a time, four lanes; finds damage that SQLite, which keeps no checksums of
/// its pages, would serve as data. It does not guard against forgery.
///
/// ```
/// bytes   | stripe of 32: lane 0 | lane 1 | lane 2 | lane 3 | … | up to 31 more |
/// ```
enum Checksum {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  /// The hash of `bytes`. The seed ties them to their place: the same bytes under another key have
  /// another checksum.
  static func of(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe of($0, seed: seed) }
  }

  /// The hash of whole numbers, eight bytes each.
  static func of(_ numbers: [Int64], seed: UInt64) -> UInt64 {
    unsafe numbers.map(\.littleEndian).withUnsafeBytes { unsafe of($0, seed: seed) }
  }

  /// The hash of a text's UTF-8 bytes.
  static func of(_ text: String, seed: UInt64) -> UInt64 {
    var text = text
    return text.withUTF8 { unsafe of(UnsafeRawBufferPointer($0), seed: seed) }
  }

  private static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var offset = 0
    var hash: UInt64
    if bytes.count >= 32 {
      var lane0 = seed &+ prime1 &+ prime2
      var lane1 = seed &+ prime2
      var lane2 = seed
      var lane3 = seed &- prime1
      while offset + 32 <= bytes.count {
        lane0 = unsafe round(lane0, word(bytes, offset))
        lane1 = unsafe round(lane1, word(bytes, offset + 8))
        lane2 = unsafe round(lane2, word(bytes, offset + 16))
        lane3 = unsafe round(lane3, word(bytes, offset + 24))
        offset += 32
      }
      hash = rotate(lane0, 1) &+ rotate(lane1, 7) &+ rotate(lane2, 12) &+ rotate(lane3, 18)
      for lane in [lane0, lane1, lane2, lane3] {
        hash = (hash ^ round(0, lane)) &* prime1 &+ prime4
      }
    } else {
      hash = seed &+ prime5
    }
    hash &+= UInt64(bytes.count)
    while offset + 8 <= bytes.count {
      hash = unsafe rotate(hash ^ round(0, word(bytes, offset)), 27) &* prime1 &+ prime4
      offset += 8
    }
    if offset + 4 <= bytes.count {
      let half = unsafe UInt32(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      hash = rotate(hash ^ (UInt64(half) &* prime1), 23) &* prime2 &+ prime3
      offset += 4
    }
    while offset < bytes.count {
      hash = unsafe rotate(hash ^ (UInt64(bytes[offset]) &* prime5), 11) &* prime1
      offset += 1
    }
    hash = (hash ^ (hash >> 33)) &* prime2
    hash = (hash ^ (hash >> 29)) &* prime3
    return hash ^ (hash >> 32)
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* prime2, 31) &* prime1
  }

  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value << bits | value >> (64 - bits)
  }
}
