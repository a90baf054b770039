import Testing

@testable import RPC

/// RFC 9113, section by section: frames, streams and their errors.
struct RFC9113Tests {
  private static let protocolError = RawPeer.Outcome.connectionError(1)
  private static let flowControlError = RawPeer.Outcome.connectionError(3)
  private static let streamClosed = RawPeer.Outcome.connectionError(5)
  private static let frameSizeError = RawPeer.Outcome.connectionError(6)
  private static let compressionError = RawPeer.Outcome.connectionError(9)

  /// A frame whose length, in its head, is this, without the payload.
  private static func head(_ type: UInt8, _ length: Int, stream: UInt8) -> [UInt8] {
    [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, 0, 0, 0, 0, stream]
  }

  private static let zeros = [UInt8](repeating: 0, count: 8)

  static let framing = [
    ConformanceCase("4.1", "an unknown type", RawFrame.unknown + Said.call(), .response),
    ConformanceCase(
      "4.1", "flags without a meaning",
      RawFrame.frame(6, 0xfe, zeros) + Said.call(), .response),
    ConformanceCase(
      "4.1", "the reserved bit of a stream",
      [0, 0, 8, 6, 0, 0x80, 0, 0, 0] + zeros + Said.call(), .response),
    ConformanceCase(
      "4.2", "DATA of 16,384 bytes",
      Said.open()
        + RawFrame.frame(
          0, Flag.endStream, stream: 1,
          [0, 0, 0, 0x3f, 0xfb]
            + [UInt8](repeating: 0, count: 16_379)), .response),
    ConformanceCase(
      "4.2", "DATA above the largest frame", Said.open() + head(0, 16_385, stream: 1),
      frameSizeError),
    ConformanceCase(
      "4.2", "HEADERS above the largest frame", head(1, 16_385, stream: 1), frameSizeError),
    ConformanceCase(
      "4.3", "a block that does not decompress", Said.headers(1, [0xff, 0xff, 0xff, 0xff, 0xff]),
      compressionError),
    ConformanceCase(
      "4.3", "PRIORITY inside a block",
      RawFrame.frame(1, stream: 1, Said.fields("/t.T/U")) + RawFrame.priority, protocolError),
    ConformanceCase(
      "4.3", "HEADERS of another stream inside a block",
      RawFrame.frame(1, stream: 1, Said.fields("/t.T/U")) + Said.open(3), protocolError),
    ConformanceCase(
      "5.5", "an unknown type inside a block",
      RawFrame.frame(1, stream: 1, Said.fields("/t.T/U")) + RawFrame.unknown, protocolError),
  ]

  static let states = [
    ConformanceCase("5.1", "DATA on an idle stream", Said.last(), protocolError),
    ConformanceCase("5.1", "RST_STREAM on an idle stream", Said.reset(), protocolError),
    ConformanceCase(
      "5.1", "WINDOW_UPDATE on an idle stream", RawFrame.windowUpdate(stream: 1), protocolError),
    ConformanceCase(
      "5.1", "CONTINUATION on an idle stream",
      RawFrame.frame(9, Flag.endHeaders, stream: 1, Said.fields("/t.T/U")), protocolError),
    ConformanceCase(
      "5.1", "DATA after the end of a request",
      Said.headers(1, Said.fields("/t.T/C"), ends: true) + Said.last(), streamClosed),
    ConformanceCase(
      "5.1", "HEADERS after the end of a request", Said.call() + Said.open(1), streamClosed),
    ConformanceCase(
      "5.1", "CONTINUATION after the end of a request",
      Said.call() + RawFrame.frame(9, Flag.endHeaders, stream: 1), protocolError),
    ConformanceCase(
      "5.1", "DATA after a reset", Said.open() + Said.reset() + Said.last(), .ignored),
    ConformanceCase(
      "5.1", "HEADERS after a reset", Said.open() + Said.reset() + Said.open(), .ignored),
    ConformanceCase(
      "5.1", "PRIORITY on a closed stream",
      Said.call() + RawFrame.frame(2, stream: 1, [0, 0, 0, 0, 16]), .response),
    ConformanceCase(
      "5.1", "WINDOW_UPDATE on a closed stream", Said.call() + RawFrame.windowUpdate(stream: 1),
      .response),
    ConformanceCase("5.1.1", "a stream with an even number", Said.call(2), protocolError),
    ConformanceCase(
      "5.1.1", "a stream below one that was opened", Said.call(5) + Said.open(3), protocolError),
    ConformanceCase(
      "5.1.1", "the first stream, after a higher one", Said.call(3) + Said.open(1), protocolError),
    ConformanceCase(
      "5.1.1", "streams that leave others out", Said.open(5) + Said.reset(5) + Said.call(11),
      .response),
    ConformanceCase(
      "5.4.1", "an error is told before the end", RawFrame.frame(6, 0, [1]), frameSizeError),
  ]

  static let frames = [
    ConformanceCase("6.1", "DATA on stream 0", Said.last(0), protocolError),
    ConformanceCase(
      "6.1", "padding longer than DATA",
      Said.open() + RawFrame.frame(0, Flag.padded, stream: 1, [9, 0, 0]), protocolError),
    ConformanceCase("6.2", "HEADERS on stream 0", Said.open(0), protocolError),
    ConformanceCase(
      "6.2", "padding longer than HEADERS",
      RawFrame.frame(1, Flag.endHeaders | Flag.padded, stream: 1, [200] + Said.fields("/t.T/U")),
      protocolError),
    ConformanceCase(
      "6.2", "HEADERS with padding and priority",
      RawFrame.frame(
        1, Flag.endHeaders | Flag.padded | Flag.priority, stream: 1,
        [2, 0, 0, 0, 0, 16] + Said.fields("/t.T/U") + [0, 0]) + Said.last(), .response),
    ConformanceCase(
      "6.3", "PRIORITY on stream 0", RawFrame.frame(2, 0, [0, 0, 0, 1, 16]), protocolError),
    ConformanceCase(
      "6.3", "PRIORITY of four bytes", RawFrame.frame(2, stream: 1, [0, 0, 0, 0]), frameSizeError),
    ConformanceCase("6.4", "RST_STREAM on stream 0", Said.reset(0), protocolError),
    ConformanceCase(
      "6.4", "RST_STREAM of three bytes", Said.open() + RawFrame.frame(3, stream: 1, [0, 0, 8]),
      frameSizeError),
    ConformanceCase(
      "6.5", "an answer to SETTINGS with a payload", RawFrame.frame(4, Flag.ack, zeros),
      frameSizeError),
    ConformanceCase("6.5", "SETTINGS on a stream", RawFrame.frame(4, stream: 1), protocolError),
    ConformanceCase(
      "6.5", "SETTINGS of three bytes", RawFrame.frame(4, 0, [0, 1, 0]), frameSizeError),
    ConformanceCase("6.5.2", "ENABLE_PUSH of 2", Said.setting(2, 2), protocolError),
    ConformanceCase("6.5.2", "a window above 2^31-1", Said.setting(4, 1 << 31), flowControlError),
    ConformanceCase("6.5.2", "a frame below 16,384", Said.setting(5, 16_383), protocolError),
    ConformanceCase("6.5.2", "a frame above 2^24-1", Said.setting(5, 1 << 24), protocolError),
    ConformanceCase("6.5.2", "an unknown setting", Said.setting(0xf0, 1) + Said.call(), .response),
    ConformanceCase("6.6", "PUSH_PROMISE", RawFrame.frame(5, stream: 1, zeros), protocolError),
    ConformanceCase("6.7", "PING on a stream", RawFrame.frame(6, stream: 1, zeros), protocolError),
    ConformanceCase(
      "6.7", "PING of six bytes", RawFrame.frame(6, 0, [1, 2, 3, 4, 5, 6]), frameSizeError),
    ConformanceCase(
      "6.8", "GOAWAY on a stream", RawFrame.frame(7, stream: 1, zeros), protocolError),
    ConformanceCase(
      "6.9", "WINDOW_UPDATE by 0 of the connection", RawFrame.windowUpdate(0), protocolError),
    ConformanceCase(
      "6.9", "WINDOW_UPDATE by 0 of a stream", Said.open() + RawFrame.windowUpdate(stream: 1, 0),
      protocolError),
    ConformanceCase(
      "6.9", "WINDOW_UPDATE of three bytes", RawFrame.frame(8, 0, [0, 0, 1]), frameSizeError),
    ConformanceCase(
      "6.9.1", "the connection's window above 2^31-1", RawFrame.windowUpdate((1 << 31) - 1),
      flowControlError),
    ConformanceCase(
      "6.9.1", "a stream's window above 2^31-1",
      Said.open() + RawFrame.windowUpdate(stream: 1, (1 << 31) - 1), .streamError(3)),
    ConformanceCase(
      "6.9.2", "SETTINGS that push a stream's window above 2^31-1",
      Said.open() + RawFrame.windowUpdate(stream: 1, 1 << 30) + Said.setting(4, (1 << 31) - 1),
      flowControlError),
    ConformanceCase(
      "6.9.2", "SETTINGS that leave a stream's window at 2^31-1",
      Said.setting(4, 0) + Said.open() + RawFrame.windowUpdate(stream: 1, 1 << 30)
        + Said.setting(4, (1 << 30) - 1) + Said.last(), .response),
    ConformanceCase(
      "6.10", "HEADERS in three frames",
      RawFrame.frame(1, stream: 1, Array(Said.fields("/t.T/U").prefix(20)))
        + RawFrame.frame(9, stream: 1, Array(Said.fields("/t.T/U").dropFirst(20).prefix(9)))
        + RawFrame.frame(9, Flag.endHeaders, stream: 1, Array(Said.fields("/t.T/U").dropFirst(29)))
        + Said.last(), .response),
    ConformanceCase(
      "6.10", "DATA inside a block",
      RawFrame.frame(1, stream: 1, Said.fields("/t.T/U")) + Said.last(), protocolError),
    ConformanceCase(
      "6.10", "CONTINUATION on stream 0",
      RawFrame.frame(1, stream: 1, Said.fields("/t.T/U")) + RawFrame.frame(9, Flag.endHeaders),
      protocolError),
    ConformanceCase(
      "6.10", "CONTINUATION after the end of a block",
      Said.open() + RawFrame.frame(9, Flag.endHeaders, stream: 1), protocolError),
    ConformanceCase(
      "7", "RST_STREAM with an unknown code", Said.open() + Said.reset(1, 0xff) + Said.call(3),
      .response),
  ]

  @Test(arguments: framing + states + frames)
  func `frames and streams`(_ test: ConformanceCase) {
    #expect(test.actualOutcome() == test.outcome)
  }

  @Test(arguments: ["PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "GET / HTTP/1.1\r\nhost: t\r\n\r\n"])
  func `3.4 a connection begins with the preface`(_ text: String) {
    let peer = RawPeer([:], saysPreface: false)
    peer.send(Array(text.utf8))
    #expect(peer.outcome == .connectionError(.max))
  }

  @Test func `3.4 the preface has SETTINGS behind it`() {
    let peer = RawPeer([:], saysPreface: false)
    peer.send(RawFrame.preface + RawFrame.ping)
    #expect(peer.outcome == Self.protocolError)
  }

  @Test func `5.1.2 a stream above the limit is refused, and is an error where the limit is known`()
  {
    var limits = Limits()
    limits.maxConcurrentStreams = 1
    let early = RawPeer(ConformanceCase.methods, limits: limits)
    early.send(Said.open(1) + Said.open(3))
    #expect(early.outcome == .streamError(7))
    let late = RawPeer(ConformanceCase.methods, limits: limits)
    late.send(RawFrame.frame(4, Flag.ack) + Said.open(1) + Said.open(3))
    #expect(late.outcome == Self.protocolError)
  }

  @Test func `7 GOAWAY with an unknown code is a GOAWAY`() {
    let peer = RawPeer(ConformanceCase.methods)
    peer.send(Said.open(1, "/t.T/U") + RawFrame.frame(7, 0, Said.number(0) + Said.number(0xff)))
    peer.send(Said.last())
    #expect(peer.frames.filter { $0.type == 1 }.map(\.stream) == [1, 1])
    #expect(!peer.frames.contains { $0.type == 7 })
  }

  @Test func `6.5.3 SETTINGS are answered`() {
    let peer = RawPeer([:])
    peer.send(Said.setting(4, 100))
    #expect(peer.frames.filter { $0.type == 4 && $0.flags == Flag.ack }.count == 2)
  }

  @Test func `6.9.2 a window that SETTINGS made negative lets nothing out`() {
    let peer = RawPeer(ConformanceCase.methods)
    peer.send(Said.setting(4, 3) + Said.call())
    #expect(peer.frames.filter { $0.type == 0 }.map(\.payload.count) == [3])
    peer.send(Said.setting(4, 1) + RawFrame.windowUpdate(stream: 1, 2))
    #expect(peer.frames.filter { $0.type == 0 }.map(\.payload.count) == [3])
    peer.send(RawFrame.windowUpdate(stream: 1, 2))
    #expect(peer.frames.filter { $0.type == 0 }.map(\.payload.count) == [3, 2])
  }
}
