import Testing

@testable import StoreSQLite

@Suite struct ChecksumTests {
  /// From the reference implementation of XXH64: lengths around each of its steps of 1, 4, 8 and 32
  /// bytes.
  @Test(
    arguments: [
      ("", 0, 0xEF46_DB37_51D8_E999),
      ("", 1, 0xD5AF_BA13_36A3_BE4B),
      ("T", 0, 0x5B4D_6AF2_47A3_CF7B),
      ("The", 7, 0xE134_972C_AE27_936E),
      ("The ", 0, 0xCDF1_3A49_D263_200F),
      ("The qui", 0, 0xC6FC_E9D7_2E31_0949),
      ("The quic", 0, 0xD07B_38A7_8A15_3B0B),
      ("The quick br", 0x8000000000000000, 0xFAB3_55C3_C393_9FF7),
      ("The quick brown", 0, 0x59BF_1A33_358C_7D98),
      ("The quick brown fox jumps over ", 5, 0xA37C_A675_0465_9682),
      ("The quick brown fox jumps over t", 0, 0xE2BB_C913_6629_A4EE),
      ("The quick brown fox jumps over th", 0, 0x6D92_FE2E_BAB7_DB31),
      (
        "The quick brown fox jumps over the lazy dog, th", 0xFFFFFFFFFFFFFFFF, 0xE593_9010_92F6_FDDE
      ),
      ("The quick brown fox jumps over the lazy dog, then over 12 more.", 0, 0xA472_4777_0F54_7F83),
    ] as [(String, UInt64, UInt64)]
  )
  func `the checksum is XXH64`(text: String, seed: UInt64, hash: UInt64) {
    #expect(Checksum.of(Array(text.utf8), seed: seed) == hash)
    #expect(Checksum.of(text, seed: seed) == hash)
  }

  @Test func `every flipped bit changes the checksum`() {
    let bytes = (0..<79).map { UInt8($0) }
    let hash = Checksum.of(bytes, seed: 1)
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(Checksum.of(damaged, seed: 1) != hash)
    }
  }
}
