import Glibc
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import RPC

/// Whole servers on real sockets. A test that would hang is ended by its time limit.
@Suite(.timeLimit(.minutes(1)))
struct ServerTests {
  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private static let echo: [String: Method] = ["/t.T/U": .unary { request, _ in request }]

  private static func start(
    _ methods: [String: Method] = echo, threads: Int = 1,
    _ change: (inout Limits) -> Void = { _ in }
  ) async throws -> RunningServer {
    var limits = Limits()
    limits.goAwayDelay = .milliseconds(10)
    change(&limits)
    return try await RPCServer(methods: methods, limits: limits, logger: logger)
      .start(host: "127.0.0.1", port: 0, threads: threads)
  }

  @Test func `a port in use, a foreign address and a bad port are told apart`() async throws {
    let server = try await Self.start()
    let other = RPCServer(methods: [:], logger: Self.logger)
    await #expect(throws: BindError.addressInUse(host: "127.0.0.1", port: server.port)) {
      try await other.start(host: "127.0.0.1", port: server.port, threads: 1)
    }
    await #expect(throws: BindError.noSuchAddress(host: "192.0.2.1", port: 0)) {
      try await other.start(host: "192.0.2.1", port: 0, threads: 1)
    }
    await #expect(throws: BindError.self) {
      try await other.start(host: "127.0.0.1", port: 65_536, threads: 1)
    }
    #expect(
      "\(BindError.addressInUse(host: "127.0.0.1", port: 80))"
        == "cannot listen on 127.0.0.1:80: the port is in use")
    await server.shutdownGracefully()
  }

  @Test func `a hundred calls at once on each of ten connections and two loops`() async throws {
    let server = try await Self.start(threads: 2)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<10 {
        group.addTask {
          let client = try await SocketClient.connect(port: server.port)
          let streams = try await client.perform { client in
            (0..<100).map { index in
              let stream = client.open("/t.T/U")
              client.send(
                [UInt8](repeating: UInt8(index), count: index * 10), on: stream, end: true)
              return stream
            }
          }
          for (index, stream) in streams.enumerated() {
            let response = try await client.response(on: stream)
            #expect(response.messages == [[UInt8](repeating: UInt8(index), count: index * 10)])
            #expect(response.status == "0")
          }
          try await client.close()
        }
      }
      try await group.waitForAll()
    }
    await server.shutdownGracefully()
  }

  @Test func `a handler may take and send from an actor of its own`() async throws {
    actor Worker {
      func echo(_ requests: RequestStream, _ responses: ResponseStream) async throws(RPCStatus) {
        while let request = try await requests.next() { try await responses.send(request) }
      }
    }
    let server = try await Self.start([
      "/t.T/B": .bidirectional { requests, responses, _ throws(RPCStatus) in
        try await Worker().echo(requests, responses)
      },
      "/t.T/T": .bidirectional { requests, responses, _ throws(RPCStatus) in
        let task = Task.detached { () async -> RPCStatus? in
          do throws(RPCStatus) {
            while let request = try await requests.next() { try await responses.send(request) }
            return nil
          } catch {
            return error
          }
        }
        if let status = await task.value { throw status }
      },
    ])
    let client = try await SocketClient.connect(port: server.port)
    for path in ["/t.T/B", "/t.T/T"] {
      let stream = try await client.perform { client in
        let stream = client.open(path)
        for index in 0..<100 { client.send([UInt8(index)], on: stream, end: index == 99) }
        return stream
      }
      let response = try await client.response(on: stream)
      #expect(response.messages == (0..<100).map { [UInt8($0)] })
      #expect(response.status == "0")
    }
    await server.shutdownGracefully()
  }

  @Test func `what is not HTTP/2 is hung up on`() async throws {
    let server = try await Self.start()
    for garbage in ["GET / HTTP/1.1\r\nhost: test\r\n\r\n", "\u{16}\u{3}\u{1}", "PRI * HTTP/3"] {
      let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(host: "127.0.0.1", port: server.port).get()
      try await channel.writeAndFlush(ByteBuffer(string: garbage))
      try await channel.closeFuture.get()
    }
    let client = try await SocketClient.connect(port: server.port)
    #expect(try await client.call("/t.T/U", [1]).messages == [[1]])
    await server.shutdownGracefully()
  }

  @Test func `a lost connection cancels its handlers`() async throws {
    let (cancelled, witness) = AsyncStream.makeStream(of: Bool.self)
    let server = try await Self.start([
      "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
        defer { witness.yield(Task.isCancelled) }
        while try await requests.next() != nil {}
        return []
      }
    ])
    let client = try await SocketClient.connect(port: server.port)
    try await client.perform { client in client.send([1], on: client.open("/t.T/C")) }
    _ = try await client.perform { $0.ping() }
    try await client.close()
    var iterator = cancelled.makeAsyncIterator()
    #expect(await iterator.next() == true)
    await server.shutdownGracefully()
  }

  @Test func `a stop waits for a handler whose connection is gone`() async throws {
    let gate = Gate()
    let ended = Witness<Bool>()
    let (started, starts) = AsyncStream.makeStream(of: Void.self)
    let server = try await Self.start([
      "/t.T/U": .unary { request, _ in
        starts.yield()
        await gate.pass()
        ended.note(true)
        return request
      }
    ])
    let client = try await SocketClient.connect(port: server.port)
    try await client.perform { client in client.send([1], on: client.open("/t.T/U"), end: true) }
    var iterator = started.makeAsyncIterator()
    await iterator.next()
    try await client.close()
    // The handler is let go by another connection, which lives when the first is lost.
    let other = try await SocketClient.connect(port: server.port)
    _ = try await other.call("/t.T/None", [])
    gate.open()
    await server.shutdownGracefully()
    #expect(ended.all == [true])
  }

  @Test func `the farthest deadline is served`() async throws {
    let server = try await Self.start()
    let client = try await SocketClient.connect(port: server.port)
    let stream = try await client.perform { client in
      let stream = client.open("/t.T/U", ["grpc-timeout": "99999999H"])
      client.send([1], on: stream, end: true)
      return stream
    }
    #expect(try await client.response(on: stream).status == "0")
    await server.shutdownGracefully()
  }

  @Test func `a peer that breaks the protocol and does not read is closed`() async throws {
    let (cancelled, witness) = AsyncStream.makeStream(of: Bool.self)
    let server = try await Self.start([
      "/t.T/S": .serverStreaming { _, responses, _ throws(RPCStatus) in
        defer { witness.yield(Task.isCancelled) }
        while true { try await responses.send([UInt8](repeating: 1, count: 1 << 16)) }
      }
    ]) { $0.closeTimeout = .milliseconds(10) }
    let stuck = try await SocketClient.connect(
      port: server.port, windowBytes: 1 << 30, readsAtAll: false)
    try await stuck.perform { client in
      client.send([], on: client.open("/t.T/S"), end: true)
      // DATA on stream 0.
      client.send(raw: [0, 0, 0, 0, 0, 0, 0, 0, 0])
    }
    var iterator = cancelled.makeAsyncIterator()
    #expect(await iterator.next() == true)
    // With nothing left to wait for, the stop returns at once.
    await server.shutdownGracefully()
  }

  @Test func `connections above the limit are closed, until one goes`() async throws {
    let server = try await Self.start(Self.echo) { $0.maxConnections = 2 }
    let first = try await SocketClient.connect(port: server.port)
    let second = try await SocketClient.connect(port: server.port)
    #expect(try await first.call("/t.T/U", [1]).status == "0")
    #expect(try await second.call("/t.T/U", [2]).status == "0")
    let third = try await SocketClient.connect(port: server.port)
    try await third.closed()
    #expect(try await second.call("/t.T/U", [3]).status == "0")
    try await first.close()
    var status: String?
    while status == nil {
      // Until the server has noticed that the first has gone.
      let next = try await SocketClient.connect(port: server.port)
      status = try? await next.call("/t.T/U", [4]).status
    }
    #expect(status == "0")
    await server.shutdownGracefully()
  }

  @Test func `a graceful stop serves what is in flight and returns`() async throws {
    let gate = Gate()
    let (started, starts) = AsyncStream.makeStream(of: Void.self)
    let server = try await Self.start([
      "/t.T/U": .unary { request, _ in
        starts.yield()
        await gate.pass()
        return request
      }
    ])
    let idle = try await SocketClient.connect(port: server.port)
    let client = try await SocketClient.connect(port: server.port)
    async let response = client.call("/t.T/U", [7])
    var iterator = started.makeAsyncIterator()
    await iterator.next()
    async let stopped: Void = server.shutdownGracefully()
    try await idle.closed()
    gate.open()
    #expect(try await response.messages == [[7]])
    #expect(try await response.status == "0")
    await stopped
    try await client.closed()
    let goAways = try await client.perform { $0.goAways.count }
    #expect(goAways == 2)
    await #expect(throws: (any Error).self) { try await SocketClient.connect(port: server.port) }
  }

  @Test func `the grace period ends with UNAVAILABLE`() async throws {
    let (started, starts) = AsyncStream.makeStream(of: Void.self)
    let server = try await Self.start([
      "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
        starts.yield()
        while try await requests.next() != nil {}
        return []
      }
    ]) { $0.gracePeriod = .milliseconds(50) }
    let client = try await SocketClient.connect(port: server.port)
    let stream = try await client.perform { $0.open("/t.T/C") }
    async let response = client.response(on: stream)
    var iterator = started.makeAsyncIterator()
    await iterator.next()
    await server.shutdownGracefully()
    #expect(try await response.status == "14")
  }

  @Test func `a peer that does not read holds its calls, and nobody else`() async throws {
    let sent = Witness<Int>()
    let total = 64 << 20
    let server = try await Self.start([
      "/t.T/S": .serverStreaming { _, responses, _ throws(RPCStatus) in
        for _ in 0..<(total >> 16) {
          try await responses.send([UInt8](repeating: 1, count: 1 << 16))
          sent.note(1 << 16)
        }
      },
      "/t.T/U": .unary { request, _ in request },
    ]) {
      $0.gracePeriod = .milliseconds(50)
      $0.maxUnwrittenBytes = 16 << 10
    }
    let stuck = try await SocketClient.connect(
      port: server.port, windowBytes: 1 << 30, readsAtAll: false)
    try await stuck.perform { client in client.send([], on: client.open("/t.T/S"), end: true) }
    let other = try await SocketClient.connect(port: server.port)
    for index: UInt8 in 0..<200 {
      #expect(try await other.call("/t.T/U", [index]).messages == [[index]])
    }
    #expect(sent.all.reduce(0, +) < total)
    // It does not hold the stop either.
    await server.shutdownGracefully()
  }

  @Test func `nothing is read from a peer that does not read`() async throws {
    let ran = Witness<UInt8>()
    let server = try await Self.start([
      "/t.T/S": .serverStreaming { _, responses, _ throws(RPCStatus) in
        for _ in 0..<1_000 { try await responses.send([UInt8](repeating: 1, count: 1 << 16)) }
      },
      "/t.T/U": .unary { request, _ in
        ran.note(request[0])
        return request
      },
      "/t.T/Other": .unary { request, _ in request },
    ])
    let stuck = try await SocketClient.connect(
      port: server.port, windowBytes: 1 << 30, readsAtAll: false)
    try await stuck.perform { client in client.send([], on: client.open("/t.T/S"), end: true) }
    let other = try await SocketClient.connect(port: server.port)
    for _ in 0..<200 { _ = try await other.call("/t.T/Other", []) }
    for index: UInt8 in 0..<20 {
      try await stuck.perform { client in client.send([index], on: client.open("/t.T/U"), end: true)
      }
      for _ in 0..<20 { _ = try await other.call("/t.T/Other", []) }
    }
    // A read that was asked for before the peer got stuck may still come.
    #expect(ran.all.count < 20)
    try await stuck.readOn()
    while ran.all.count < 20 { _ = try await other.call("/t.T/Other", []) }
    #expect(ran.all.sorted() == Array(0..<20))
    await server.shutdownGracefully()
  }

  @Test func `slow and dead peers are closed, and the others served`() async throws {
    let server = try await Self.start {
      $0.pulse = .milliseconds(100)
      $0.frameTimeout = .seconds(1)
      $0.keepaliveTime = .milliseconds(500)
      $0.keepaliveTimeout = .seconds(1)
      $0.closeTimeout = .milliseconds(10)
    }
    let slow = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: server.port).get()
    // Speaks HTTP/2, opens a call, and is then neither heard nor hears.
    let dead = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.autoRead, value: false)
      .connect(host: "127.0.0.1", port: server.port).get()
    try await dead.writeAndFlush(ByteBuffer(bytes: RawFrame.preface + RawFrame.settings))
    let live = try await SocketClient.connect(port: server.port)
    try await slow.closeFuture.get()
    // It reads again, if only to see the end; that may have come to it already.
    try? await dead.setOption(.autoRead, value: true).get()
    try await dead.closeFuture.get()
    #expect(try await live.call("/t.T/U", [1]).status == "0")
    await server.shutdownGracefully()
  }

  @Test func `a flood is answered with ENHANCE_YOUR_CALM, and the others are served`() async throws
  {
    let server = try await Self.start(threads: 1)
    let flood = try await SocketClient.connect(port: server.port)
    let other = try await SocketClient.connect(port: server.port)
    try await flood.perform { client in
      for _ in 0...Limits().maxOverheadFrames { client.send(raw: RawFrame.priority) }
    }
    try await flood.closed()
    #expect(try await flood.perform { $0.goAwayCode } == 11)
    #expect(try await other.call("/t.T/U", [1]).status == "0")
    await server.shutdownGracefully()
  }

  @Test func `two thousand connections at once`() async throws {
    // Both ends of each are in this process.
    var files = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    files.rlim_cur = files.rlim_max
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    try #require(files.rlim_cur > 5_000)

    let server = try await Self.start(threads: 2)
    var clients: [SocketClient] = []
    for _ in 0..<2_000 { clients.append(try await SocketClient.connect(port: server.port)) }
    for (index, client) in clients.enumerated() {
      let response = try await client.call("/t.T/U", [UInt8(index & 255)])
      #expect(response.messages == [[UInt8(index & 255)]])
    }
    async let stopped: Void = server.shutdownGracefully()
    for client in clients { try await client.closed() }
    await stopped
  }
}
