/// The bytes with one to three of them changed, removed, doubled or cut off, by numbers that only look
/// random.
func damaged(_ bytes: [UInt8], _ seed: UInt32) -> [UInt8] {
  var numbers = Numbers(state: seed)
  var bytes = bytes
  for _ in 0...numbers.next(below: 3) where !bytes.isEmpty {
    let place = numbers.next(below: bytes.count)
    switch numbers.next(below: 8) {
    case 0: bytes.remove(at: place)
    case 1: bytes.insert(bytes[place], at: place)
    case 2: bytes.removeSubrange(place...)
    case 3: bytes += bytes[place...]
    default: bytes[place] ^= 1 << numbers.next(below: 8)
    }
  }
  return bytes
}

/// Numerical Recipes' linear congruence.
private struct Numbers {
  var state: UInt32

  mutating func next(below bound: Int) -> Int {
    state = state &* 1_664_525 &+ 1_013_904_223
    return Int(state >> 8) % bound
  }
}
