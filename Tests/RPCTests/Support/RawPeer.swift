@testable import RPC

/// A peer that says on an HTTP/2 connection what a test writes byte by byte, and reads the answers as
/// frames.
final class RawPeer {
  /// A frame that the server sent.
  struct Frame: Equatable {
    let type: UInt8
    let flags: UInt8
    let stream: UInt32
    let payload: [UInt8]

    /// A number of four bytes in the payload.
    func number(at position: Int) -> UInt32 {
      payload.dropFirst(position).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  /// What became of the connection or of the stream.
  enum Outcome: Equatable {
    /// GOAWAY with this code, and the end.
    case connectionError(UInt32)
    /// RST_STREAM with this code, and the connection goes on.
    case streamError(UInt32)
    /// A response, and the connection goes on.
    case response
    /// Nothing, and the connection goes on.
    case ignored
  }

  private let pair: Pair
  private(set) var frames: [Frame] = []
  private var unread: [UInt8] = []

  /// A peer that has said the preface, unless it is to say that itself.
  init(_ methods: [String: Method], limits: Limits = Limits(), saysPreface: Bool = true) {
    pair = Pair(methods, limits: limits)
    if saysPreface { send(RawFrame.preface + RawFrame.settings) }
  }

  /// Sends bytes and reads all that comes back.
  func send(_ bytes: [UInt8]) {
    pair.toServer(bytes)
    pair.loop.turn()
    unread += pair.takeServerOutput()
    while unread.count >= 9 {
      let length = Int(unread[0]) << 16 | Int(unread[1]) << 8 | Int(unread[2])
      guard unread.count >= 9 + length else { return }
      let stream = unread[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
      frames.append(
        Frame(
          type: unread[3], flags: unread[4], stream: stream,
          payload: Array(unread[9..<9 + length])))
      unread.removeFirst(9 + length)
    }
  }

  /// The first error, or else the response, or else nothing. A connection that goes on must still
  /// answer a ping.
  var outcome: Outcome {
    if let goAway = frames.first(where: { $0.type == 7 }) {
      return .connectionError(goAway.number(at: 4))
    }
    if pair.failure != nil { return .connectionError(.max) }
    let before = frames.count
    send(RawFrame.frame(6, 0, [7, 7, 7, 7, 7, 7, 7, 7]))
    guard frames[before...].contains(where: { $0.type == 6 && $0.payload.first == 7 }) else {
      return .connectionError(.max)
    }
    if let reset = frames.first(where: { $0.type == 3 }) {
      return .streamError(reset.number(at: 0))
    }
    return frames.contains { $0.type == 1 } ? .response : .ignored
  }
}

/// A header block, each field written out, so that a test can say what no encoder would.
func block(_ fields: KeyValuePairs<String, String>) -> [UInt8] {
  var block: [UInt8] = []
  for (name, value) in fields {
    block += [0, UInt8(name.utf8.count)]
    block += Array(name.utf8)
    block.append(UInt8(value.utf8.count))
    block += Array(value.utf8)
  }
  return block
}
