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

  @Test func `Of three thousand damaged messages none is misread`() {
    let methods = ServerReflectionMethods(index: .contract)
    var accepted = 0
    for seed in 0..<3000 as Range<UInt32> {
      let bytes = damaged(Self.whole, seed)
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
