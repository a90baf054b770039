internal import Access
internal import Detect
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// Answers requests: finds the operation, lets the caller in or not, performs it, and says what came of it.
package struct Responder: Sendable {
  let router: Router
  let gate: Gate?
  /// The limits that requests are taken under.
  package let limits: Limits
  let identifiers: @Sendable () -> String
  private let memory: BodyMemory

  /// - Parameters:
  ///   - gate: decides over calls; nil lets everybody do everything.
  ///   - identifiers: a fresh text at each call, for `x-amzn-RequestId`.
  package init(
    router: Router, gate: Gate? = nil, limits: Limits = Limits(),
    identifiers: @escaping @Sendable () -> String
  ) {
    self.router = router
    self.gate = gate
    self.limits = limits
    self.identifiers = identifiers
    memory = BodyMemory(limit: limits.heldBytes)
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
    var body: [UInt8] = []
    defer { memory.give(body.count) }
    try await read(&body, of: request, connection)
    guard let (route, labels) = try router.route(request.method.rawValue, path) else {
      throw .unknownOperation
    }
    let grants =
      try await gate?.admit(request.head, body: body, to: route.contractMethod, on: connection)
      ?? .everything
    return try await route.handle(
      OperationRequest(labels: labels, query: try Query(query), body: body, grants: grants))
  }

  /// Reads the body, within its limits of bytes and of time.
  @concurrent
  private func read(
    _ body: inout [UInt8], of request: Request, _ connection: Connection
  ) async throws(AWSError) {
    let channel = connection.channel
    // Where the body is not read to its end the transport reads over the rest: this bounds for how long.
    let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limits.requestTimeout)) {
      channel.close(promise: nil)
    }
    var parts = request.body.makeAsyncIterator()
    while let part = try await next(&parts) {
      guard body.count + part.readableBytes <= limits.bodyBytes else {
        throw .tooLarge(maximum: limits.bodyBytes)
      }
      guard memory.take(part.readableBytes) else {
        throw AWSError(DetectError.unavailable("too many requests are under way: try again"))
      }
      body += part.readableBytesView
    }
    timer.cancel()
    // Half a body may look like a whole one.
    if let length = request.headers[.contentLength], Int(length) != body.count {
      throw .incomplete
    }
  }

  /// The next part of a body; nil at its end. Throws where the connection has ended: nobody reads the answer.
  @concurrent
  private func next(
    _ parts: inout RequestBody.AsyncIterator
  ) async throws(AWSError) -> ByteBuffer? {
    do {
      return try await parts.next()
    } catch {
      throw .incomplete
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
