/// Frames of HTTP/2 as they are on the wire, for what nghttp2's client would not send.
enum RawFrame {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  static func frame(
    _ type: UInt8, _ flags: UInt8 = 0, stream: UInt8 = 0, _ payload: [UInt8] = []
  ) -> [UInt8] {
    let count = payload.count
    return [
      UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags, 0, 0, 0, stream,
    ] + payload
  }

  static let settings = frame(4)
  static let ping = frame(6, 0, [UInt8](repeating: 0, count: 8))
  static let priority = frame(2, 0, stream: 9, [0, 0, 0, 0, 16])
  static let unknown = frame(0xfa, 0, [1, 2, 3])

  static func windowUpdate(stream: UInt8 = 0, _ increment: UInt32 = 1) -> [UInt8] {
    frame(8, 0, stream: stream, [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: increment >> $0) })
  }
}
