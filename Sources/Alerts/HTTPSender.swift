import AsyncHTTPClient
import Detect
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A request as a transport makes it: always a POST.
struct HTTPRequest: Sendable {
  var url: String
  var headers: [(name: String, value: String)]
  var body: [UInt8]
}

/// The answer to a request.
struct HTTPAnswer: Sendable {
  var status: Int
  /// Milliseconds that the server asks to wait, where it does in seconds.
  var retryAfter: Int64?
  /// The start of the body.
  var body: String
}

/// Why there is no answer.
struct HTTPFailure: Error {
  /// For people.
  var reason: String
}

/// Sends requests: AsyncHTTPClient with our timeouts, and without redirects.
package final class HTTPSender: Sendable {
  private let client: HTTPClient
  private let isClosed = Atomic(false)

  /// - Parameters:
  ///   - group: where connections live.
  ///   - connections: connections at once.
  ///   - trustRoots: PEM of authorities to trust besides the system's; nil for those alone.
  ///   - publicOnly: whether to send only to addresses of the public Internet.
  package init(
    on group: any EventLoopGroup, connections: Int, trustRoots: [UInt8]?, publicOnly: Bool
  ) throws {
    var configuration = Self.configuration(connections: connections)
    if let trustRoots {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.additionalTrustRoots = [
        .certificates(try NIOSSLCertificate.fromPEMBytes(trustRoots))
      ]
      configuration.tlsConfiguration = tls
    }
    if publicOnly { configuration.http1_1ConnectionDebugInitializer = Self.refusePrivateAddresses }
    client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
  }

  static func configuration(connections: Int) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(
        connect: .milliseconds(Limits.connectTimeout), read: .milliseconds(Limits.requestTimeout)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
    // A connection that fails is a request that fails: what then is for the dispatcher to say.
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }

  deinit {
    // A start that failed closes nothing.
    if !isClosed.load(ordering: .relaxed) { client.shutdown { _ in } }
  }

  /// Ends the connections. To be called once, when nothing is sent any more.
  package func close() async {
    isClosed.store(true, ordering: .relaxed)
    await withCheckedContinuation { continuation in
      client.shutdown { _ in continuation.resume() }
    }
  }

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPAnswer {
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.method = .POST
    for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
    outgoing.body = .bytes(ByteBuffer(bytes: request.body))
    do {
      let response = try await client.execute(
        outgoing, timeout: .milliseconds(Limits.requestTimeout))
      var body = ByteBuffer()
      for try await part in response.body {
        var part = part
        if let start = part.readSlice(
          length: min(part.readableBytes, Limits.answerBytes - body.readableBytes))
        {
          body.writeImmutableBuffer(start)
        }
        // The connection is given up with the rest.
        if body.readableBytes == Limits.answerBytes { break }
      }
      let seconds = response.headers.first(name: "retry-after").flatMap { Int64($0) }
      return HTTPAnswer(
        status: Int(response.status.code),
        retryAfter: seconds.map { max(0, min($0, Limits.longestRetryAfter / 1000)) * 1000 },
        body: String(decoding: body.readableBytesView, as: UTF8.self))
    } catch {
      throw HTTPFailure(reason: "\(error)")
    }
  }

  /// Looks at the address that a connection really has, whatever its name resolved to before: a name that
  /// resolves to something else at every question leads nowhere else. Nothing of a request has been sent yet.
  private static let refusePrivateAddresses: @Sendable (any Channel) -> EventLoopFuture<Void> = {
    channel in
    let address = channel.remoteAddress?.ipAddress
    guard let address, PublicAddresses.contain(address) else {
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(
        HTTPFailure(reason: "\(address ?? "the address") is no address of the Internet"))
    }
    return channel.eventLoop.makeSucceededVoidFuture()
  }
}
