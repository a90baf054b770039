import Testing

@testable import RPC

/// What a client sends and what a section of a specification says of it.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
  let section: String
  let what: String
  let bytes: [UInt8]
  let outcome: RawPeer.Outcome

  var testDescription: String { "\(section) \(what)" }

  init(_ section: String, _ what: String, _ bytes: [UInt8], _ outcome: RawPeer.Outcome) {
    self.section = section
    self.what = what
    self.bytes = bytes
    self.outcome = outcome
  }

  static let methods: [String: Method] = [
    "/t.T/U": .unary { request, _ in request },
    "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
      while try await requests.next() != nil {}
      return []
    },
  ]

  /// What becomes of a connection that says this after its preface.
  func actualOutcome() -> RawPeer.Outcome {
    let peer = RawPeer(Self.methods)
    peer.send(bytes)
    return peer.outcome
  }
}

/// Flags of frames.
enum Flag {
  static let ack: UInt8 = 0x1
  static let endStream: UInt8 = 0x1
  static let endHeaders: UInt8 = 0x4
  static let padded: UInt8 = 0x8
  static let priority: UInt8 = 0x20
}

/// Pieces of a conversation: calls, and the frames they are made of.
enum Said {
  /// The fields of a call, with others behind them.
  static func fields(_ path: String, _ others: KeyValuePairs<String, String> = [:]) -> [UInt8] {
    block([
      ":method": "POST", ":scheme": "http", ":path": path, ":authority": "t", "te": "trailers",
      "content-type": "application/grpc",
    ]) + block(others)
  }

  /// HEADERS that open a call whose messages follow.
  static func open(
    _ stream: UInt8 = 1, _ path: String = "/t.T/C", _ others: KeyValuePairs<String, String> = [:]
  ) -> [UInt8] {
    headers(stream, fields(path, others))
  }

  /// HEADERS with this block.
  static func headers(_ stream: UInt8, _ block: [UInt8], ends: Bool = false) -> [UInt8] {
    RawFrame.frame(1, Flag.endHeaders | (ends ? Flag.endStream : 0), stream: stream, block)
  }

  /// DATA that holds one empty message and ends the stream.
  static func last(_ stream: UInt8 = 1) -> [UInt8] {
    RawFrame.frame(0, Flag.endStream, stream: stream, [0, 0, 0, 0, 0])
  }

  /// A whole unary call.
  static func call(_ stream: UInt8 = 1) -> [UInt8] { open(stream, "/t.T/U") + last(stream) }

  /// SETTINGS with one setting.
  static func setting(_ identifier: UInt8, _ value: UInt32) -> [UInt8] {
    RawFrame.frame(4, 0, [0, identifier] + number(value))
  }

  static func reset(_ stream: UInt8 = 1, _ code: UInt32 = 8) -> [UInt8] {
    RawFrame.frame(3, stream: stream, number(code))
  }

  static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
