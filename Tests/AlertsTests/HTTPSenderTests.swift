import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import Alerts

@Suite struct HTTPSenderTests {
  /// Answers every request in one way, on a port of this machine.
  private struct Server {
    let channel: any Channel
    let requests: Requests
    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/" }

    final class Requests: Sendable {
      let count = Atomic(0)
    }

    private final class Handler: ChannelInboundHandler {
      typealias InboundIn = HTTPServerRequestPart
      typealias OutboundOut = HTTPServerResponsePart
      let (requests, status, headers, body): (Requests, HTTPResponseStatus, HTTPHeaders, String)

      init(
        _ requests: Requests, _ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: String
      ) {
        (self.requests, self.status, self.headers, self.body) = (requests, status, headers, body)
      }

      func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        requests.count.add(1, ordering: .relaxed)
        var headers = headers
        headers.add(name: "content-length", value: "\(body.utf8.count)")
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
    }

    init(_ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:], body: String = "") async throws
    {
      let requests = Requests()
      self.requests = requests
      channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(
              Handler(requests, status, headers, body))
          }
        }.bind(host: "127.0.0.1", port: 0).get()
    }
  }

  private func send(
    to server: Server, publicOnly: Bool = false
  ) async throws -> Result<HTTPAnswer, HTTPFailure> {
    let sender = try HTTPSender(
      on: MultiThreadedEventLoopGroup.singleton, connections: 2, trustRoots: nil,
      publicOnly: publicOnly)
    let request = HTTPRequest(
      url: server.url, headers: [("Content-Type", "text/plain")], body: [1, 2, 3])
    let result: Result<HTTPAnswer, HTTPFailure>
    do throws(HTTPFailure) {
      result = .success(try await sender.send(request))
    } catch {
      result = .failure(error)
    }
    await sender.close()
    try await server.channel.close()
    return result
  }

  @Test func `an answer is its status, its wait and the start of its body`() async throws {
    for (length, wait, expected) in [
      (5, "7", 7000), (Limits.answerBytes, "-1", 0), (Limits.answerBytes + 1, "tomorrow", nil),
      (10 * Limits.answerBytes, "9999999", Limits.longestRetryAfter),
    ] as [(Int, String, Int64?)] {
      let server = try await Server(
        .serviceUnavailable, ["Retry-After": wait], body: String(repeating: "x", count: length))
      let answer = try await send(to: server).get()
      #expect(answer.status == 503)
      #expect(answer.retryAfter == expected)
      #expect(answer.body.utf8.count == min(length, Limits.answerBytes))
    }
  }

  @Test func `a redirect is not followed`() async throws {
    let other = try await Server(.ok)
    let server = try await Server(.found, ["Location": other.url])
    #expect(try await send(to: server).get().status == 302)
    #expect(other.requests.count.load(ordering: .relaxed) == 0)
    try await other.channel.close()
  }

  @Test func `an address that is not public gets no request, unless allowed`() async throws {
    let server = try await Server(.ok)
    let result = try await send(to: server, publicOnly: true)
    guard case .failure(let failure) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(failure.reason.contains("127.0.0.1 is no address of the Internet"))
    #expect(server.requests.count.load(ordering: .relaxed) == 0)
  }

  @Test func `who does not listen is a failure`() async throws {
    let server = try await Server(.ok)
    try await server.channel.close()
    let sender = try HTTPSender(
      on: MultiThreadedEventLoopGroup.singleton, connections: 2, trustRoots: nil, publicOnly: false)
    await #expect(throws: HTTPFailure.self) {
      try await sender.send(HTTPRequest(url: server.url, headers: [], body: []))
    }
    await sender.close()
  }

  @Test func `nobody waits for longer than the limits say`() {
    let configuration = HTTPSender.configuration(connections: 3)
    #expect(configuration.timeout.connect == .milliseconds(Limits.connectTimeout))
    #expect(configuration.timeout.read == .milliseconds(Limits.requestTimeout))
  }
}
