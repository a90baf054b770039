internal import Access
internal import HTTPTypes
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import RPC
internal import SigV4

/// Answers requests: finds the operation, lets the caller in or not, performs it, and says what came of it.
package struct Responder: Sendable {
  let router: Router
  let gate: Gate?
  /// The limits that requests are taken under.
  package let limits: Limits
  let identifiers: @Sendable () -> String
  let logger: Logger

  /// - Parameters:
  ///   - gate: decides over calls; nil lets everybody do everything.
  ///   - identifiers: a fresh text at each call, for `x-amzn-RequestId`.
  package init(
    router: Router, gate: Gate? = nil, limits: Limits = Limits(),
    identifiers: @escaping @Sendable () -> String, logger: Logger
  ) {
    self.router = router
    self.gate = gate
    self.limits = limits
    self.identifiers = identifiers
    self.logger = logger
  }

  /// What the transport asks for each request.
  @concurrent
  func respond(
    _ request: Request, _ writer: consuming ResponseWriter, _ connection: Connection
  ) async throws {
    var answer: Answer
    do throws(AWSError) {
      answer = Answer(try await self.answer(request, connection))
    } catch {
      answer = Answer(error)
    }
    answer.fields[.requestID] = identifiers()
    let body = ByteBuffer(bytes: answer.body)
    try await writer.write(response: answer.head(), body: .init(byteBuffer: body))
  }

  private func answer(
    _ request: Request, _ connection: Connection
  ) async throws(AWSError) -> Content {
    let target = request.head.path ?? "/"
    let path = target.prefix { $0 != "?" }
    let query = target[path.endIndex...].dropFirst()
    // What is sent is taken in first: a connection on which half a request lies is of no more use.
    let body = try await body(of: request, connection)
    guard let (route, labels) = try router.route(request.method.rawValue, path) else {
      throw .unknownOperation
    }
    let grants =
      try await gate?.admit(request.head, body: body, to: route.contractMethod, on: connection)
      ?? .everything
    return try await route.handle(
      OperationRequest(labels: labels, query: try Query(query), body: body, grants: grants))
  }

  /// The body, up to its limit in bytes and in time.
  private func body(
    of request: Request, _ connection: Connection
  ) async throws(AWSError) -> [UInt8] {
    let channel = connection.channel
    let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limits.requestTimeout)) {
      channel.close(promise: nil)
    }
    do {
      let body = try await request.body.collect(upTo: limits.bodyBytes)
      timer.cancel()
      return Array(buffer: body)
    } catch {
      // The transport reads over the rest of what is too long; the timer bounds for how long. Where the
      // connection has ended, nobody reads the answer.
      throw .tooLarge(maximum: limits.bodyBytes)
    }
  }
}

/// What a request has come on.
struct Connection: Sendable {
  let channel: any Channel
  /// Whether it is behind TLS.
  let isSecure: Bool
}

/// What goes back to the client.
private struct Answer {
  var status: Int
  var fields: HTTPFields
  var body: [UInt8]

  /// The answer of an operation.
  init(_ content: Content) {
    status = content.status
    fields = [.contentType: content.type]
    body = content.body
  }

  /// An exception.
  init(_ error: AWSError) {
    status = error.status
    fields = [.contentType: "application/json", .errorType: error.name]
    // A text that cannot be written has no text: the name says enough.
    body = (try? encode(error)) ?? noMembers
  }

  func head() -> HTTPResponse {
    var fields = fields
    fields[.contentLength] = String(body.count)
    return HTTPResponse(status: .init(code: status), headerFields: fields)
  }
}

extension HTTPField.Name {
  fileprivate static let requestID = known("x-amzn-RequestId")
  fileprivate static let errorType = known("x-amzn-ErrorType")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
    return name
  }
}
