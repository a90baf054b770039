import Glibc
import Testing

/// One side of a connection as a broker has it, packet by packet, without a rule of its own (MQTT 5). Every
/// read fails the test after a while.
final class FakeBroker {
  struct Packet: Equatable {
    /// With its flags: 0x32 is PUBLISH with QoS 1.
    var head: UInt8
    var body: [UInt8]
  }

  static let connect: UInt8 = 0x10
  static let subscribe: UInt8 = 0x82
  static let puback: UInt8 = 0x40
  static let publish: UInt8 = 0x30
  static let disconnect: UInt8 = 0xe0

  let port: UInt16
  private let listener: Int32
  private var connection: Int32 = -1

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = unsafe withUnsafeMutablePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(listener, address, size) | listen(listener, 1)
          | getsockname(listener, address, &size)
      }
    }
    try #require(status == 0)
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit {
    hangUp()
    close(listener)
  }

  /// Waits for a client.
  func accept() throws {
    try #require(isReadable(listener, milliseconds: 60_000))
    connection = Glibc.accept(listener, nil, nil)
    try #require(connection >= 0)
  }

  /// Waits for a client and lets it subscribe; gives its CONNECT. The client is told to keep silent for as long as it
  /// likes: a test may wait for longer than a broker would.
  func acceptSession() throws -> Packet {
    try accept()
    let connect = try read()
    #expect(connect.head == Self.connect)
    let serverKeepAlive: [UInt8] = [0x13, 0xff, 0xff]
    try write(0x20, [0, 0, UInt8(serverKeepAlive.count)] + serverKeepAlive)
    let subscribe = try read()
    #expect(subscribe.head == Self.subscribe)
    try write(0x90, Array(subscribe.body.prefix(2)) + [0, 1])
    return connect
  }

  /// Sends a message, with QoS 1 if it has an identifier.
  func publish(_ payload: [UInt8], to topic: String, id: UInt8? = nil) throws {
    let length = topic.utf8.count
    var body = [UInt8(length >> 8), UInt8(length & 255)]
    body += topic.utf8
    if let id { body += [0, id] }
    body.append(0)
    try write(id == nil ? 0x30 : 0x32, body + payload)
  }

  func write(_ head: UInt8, _ body: [UInt8]) throws {
    var length: [UInt8] = []
    var rest = body.count
    repeat {
      length.append(UInt8(rest % 128) | (rest >= 128 ? 128 : 0))
      rest /= 128
    } while rest > 0
    let bytes = [head] + length + body
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes[sent...].withUnsafeBytes { bytes in
        unsafe send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      try #require(count > 0)
      sent += count
    }
  }

  /// Waits for the next packet. A client that has waited for long asks whether anybody is there, and is told.
  func read() throws -> Packet {
    while true {
      let packet = try readAny()
      guard packet.head == 0xc0 else { return packet }
      try write(0xd0, [])
    }
  }

  private func readAny() throws -> Packet {
    let head = try read(1)[0]
    var (length, shift) = (0, 0)
    while true {
      let byte = try read(1)[0]
      length |= Int(byte & 127) << shift
      shift += 7
      if byte < 128 { break }
    }
    return Packet(head: head, body: try read(length))
  }

  private func read(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      try #require(isReadable(connection, milliseconds: 60_000))
      let read = unsafe bytes[got...].withUnsafeMutableBytes { bytes in
        unsafe recv(connection, bytes.baseAddress, bytes.count, 0)
      }
      try #require(read > 0)
      got += read
    }
    return bytes
  }

  /// Whether the client has sent something that was not read, or sends it within this time.
  func hasInput(within milliseconds: Int32 = 0) -> Bool {
    isReadable(connection, milliseconds: milliseconds)
  }

  func hangUp() {
    if connection >= 0 { close(connection) }
    connection = -1
  }

  private func isReadable(_ socket: Int32, milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, milliseconds) == 1
  }
}
