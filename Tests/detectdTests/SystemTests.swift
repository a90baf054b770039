import Detect
import Glibc
import RPC
import Testing

@testable import detectd

@Suite struct SystemTests {
  @Test func `Identifiers are random UUIDs, and no two are the same`() throws {
    let identifiers = (0..<1000).map { _ in System.identifier() }
    for identifier in identifiers {
      #expect(
        identifier.wholeMatch(
          of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    }
    #expect(Set(identifiers).count == identifiers.count)
  }

  @Test func `The clock is the wall clock in milliseconds`() {
    let before = Int64(time(nil)) * 1000
    let now = System.milliseconds()
    #expect(before <= now && now < Int64(time(nil) + 1) * 1000)
  }

  @Test func `The process may open as many files as it is allowed to`() {
    System.prepareProcess()
    var limit = rlimit()
    #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    #expect(limit.rlim_cur == limit.rlim_max)
  }

  @Test func `Each failure of the start has a code and one line that says what to do`() {
    let failures: [(StartFailure, Int32, String)] = [
      (.store(.corrupt("d/detect.db: bad")), 65, "--data-dir"),
      (.store(.newerSchema(found: 9, supported: 1)), 65, "9"),
      (.listener(.addressInUse(host: "::1", port: 7), option: "--listen"), 69, "--listen"),
      (.store(.unavailable("d: Permission denied")), 73, "--data-dir"),
      (.store(.inUse("d is in use by another process")), 75, "Stop"),
      (.store(.unsuitable("the account differs")), 78, "settings"),
    ]
    for (failure, code, advice) in failures {
      #expect(failure.exitCode == code)
      #expect(failure.description.contains(advice))
      #expect(!failure.description.contains("\n"))
    }
  }

  @Test func `A stop has more time than the transport needs, and ticks are a second apart`() {
    #expect(Limits.stop > RPC.Limits().gracePeriod)
    #expect(Limits.tick == .seconds(1))
  }
}
