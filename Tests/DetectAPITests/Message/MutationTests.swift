@testable import DetectAPI
import RPC
import Testing

/// Damaged messages are refused or mean what their bytes say; nothing else happens.
@Suite struct MutationTests {
  private static let whole: [UInt8] =
    ([
      "host": "lamp-ö.example",
      "file_containing_extension": [
        "containing_type": "detect.v1.Behavior", "extension_number": 300,
      ],
    ] as Value).serialized(as: "grpc.reflection.v1.ServerReflectionRequest")

  /// Numbers that only look random: Numerical Recipes' linear congruence.
  private struct Numbers {
    var state: UInt32

    mutating func next(below bound: Int) -> Int {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Int(state >> 8) % bound
    }
  }

  /// The message with one to three bytes changed, removed, doubled or cut off.
  private func damaged(_ seed: UInt32) -> [UInt8] {
    var numbers = Numbers(state: seed)
    var bytes = Self.whole
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

  @Test func `Of three thousand damaged messages none is misread`() {
    let methods = ServerReflectionMethods(index: .contract)
    var accepted = 0
    for seed in 0..<3000 as Range<UInt32> {
      let bytes = damaged(seed)
      do throws(RPCStatus) {
        let response = Wire(try methods.response(to: bytes))
        let host = response.payloads(1).last ?? []
        #expect(host == Wire(bytes).payloads(1).last ?? [], "seed \(seed)")
        #expect(!host.contains(0), "seed \(seed)")
        accepted += 1
      } catch {
        #expect(error.code == .invalidArgument, "seed \(seed)")
      }
    }
    #expect((300..<2700).contains(accepted))
  }
}
