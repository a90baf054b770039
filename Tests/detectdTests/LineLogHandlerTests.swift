import FoundationEssentials
import Logging
import Synchronization
import Testing

@testable import detectd

@Suite struct LineLogHandlerTests {
  @Test func `A line of text says when, how severe, what, and more`() {
    let lines = lines(.text) { logger in
      logger.info("listening", metadata: ["b": "2", "a": "1"])
    }
    #expect(lines == ["2026-02-28T23:59:59.007Z info listening a=1 b=2\n"])
  }

  @Test func `What a peer sent cannot look like a line of ours`() {
    let lines = lines(.text) { $0.warning("bad\ninfo \u{1b}[2J", metadata: ["name": "a\r\nb"]) }
    #expect(lines == ["2026-02-28T23:59:59.007Z warning bad info  [2J name=a  b\n"])
  }

  @Test func `A line of JSON gives every text back`() throws {
    let text = "quote \" backslash \\ newline \n tab \t bell \u{7} ünïcødé 🛰"
    let line = try #require(
      lines(.json) { $0.error("\(text)", metadata: ["key": "\(text)"]) }.first)
    #expect(line.firstIndex(of: "\n") == line.index(before: line.endIndex))
    let fields = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(
      fields == [
        "time": "2026-02-28T23:59:59.007Z", "level": "error", "message": text, "key": text,
      ])
  }

  @Test func `What is not severe enough is not written`() {
    #expect(lines(.text) { $0.debug("no") } == [])
  }

  private func lines(_ format: LogFormat, _ log: (Logger) -> Void) -> [String] {
    let lines = Lines()
    var handler = LineLogHandler(format: format)
    handler.clock = { 1_772_323_199_007 }
    handler.write = { line in lines.all.withLock { $0.append(line) } }
    log(Logger(label: "test") { [handler] _ in handler })
    return lines.all.withLock { $0 }
  }

  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }
}
