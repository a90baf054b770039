internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
package import SigV4

/// Where resources are read from: an account of AWS, or whoever else speaks its API.
package struct IoTEndpoint: Sendable {
  /// "https://iot.eu-west-1.amazonaws.com", without a path.
  package var url: String
  /// That requests are signed for.
  package var region: String
  package var credentials: SigV4.Credentials

  package init(url: String, region: String, credentials: SigV4.Credentials) {
    self.url = url
    self.region = region
    self.credentials = credentials
  }

  /// The host and the port, as requests name them; nil where the URL has none.
  package var host: String? {
    for scheme in ["https://", "http://"] where url.hasPrefix(scheme) {
      let host = url.dropFirst(scheme.count)
      return host.isEmpty || host.contains("/") ? nil : String(host)
    }
    return nil
  }
}

/// Why the source cannot be read, in one sentence.
package struct ImportFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence.
  package let description: String
}

/// Reads resources, signed, and again where it is told to wait.
final class IoTClient: Sendable {
  private let client: HTTPClient
  private let endpoint: IoTEndpoint
  private let limits: Limits
  private let clock: @Sendable () -> Int64

  /// `clock` gives milliseconds since the epoch.
  init(_ endpoint: IoTEndpoint, limits: Limits, clock: @escaping @Sendable () -> Int64) {
    self.endpoint = endpoint
    self.limits = limits
    self.clock = clock
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    // Nobody there is told at once, not after the time for an answer.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  deinit { client.shutdown { _ in } }

  /// Reads what is at a path.
  ///
  /// - Parameter path: the parts of the path, not encoded.
  func get<Answer: Decodable>(
    _ path: [String], _ query: [(name: String, value: String)] = [], as type: Answer.Type
  ) async throws(ImportFault) -> Answer {
    let target = "/" + path.map { SigV4.percentEncoded($0.utf8) }.joined(separator: "/")
    let parameters = query.map { "\($0.name)=\(SigV4.percentEncoded($0.value.utf8))" }.joined(
      separator: "&")
    var wait = limits.importWait
    for _ in 1..<limits.importTries {
      let (status, body) = try await send(target, parameters)
      guard isTransient(status, body) else { return try answer(status, body, target) }
      try? await Task.sleep(for: wait)
      wait *= 2
    }
    let (status, body) = try await send(target, parameters)
    return try answer(status, body, target)
  }

  private func send(
    _ path: String, _ query: String
  ) async throws(ImportFault) -> (status: Int, body: [UInt8]) {
    var signed = SigV4.Request(
      method: "GET", path: path, query: query,
      headers: [SigV4.Header("host", endpoint.host ?? "")], body: [])
    signed.headers += SigV4.headers(
      signing: signed, with: endpoint.credentials,
      for: .init(region: endpoint.region, service: "iot"), at: clock() / 1000)
    var request = HTTPClientRequest(
      url: endpoint.url + path + (query.isEmpty ? "" : "?\(query)"))
    for header in signed.headers { request.headers.add(name: header.name, value: header.value) }
    do {
      let response = try await client.execute(
        request, timeout: .nanoseconds(limits.importTimeout.nanoseconds))
      let body = try await response.body.collect(upTo: limits.importedBytes)
      return (Int(response.status.code), Array(buffer: body))
    } catch {
      throw ImportFault(description: "\(endpoint.url)\(path) cannot be read: \(error)")
    }
  }

  /// Whether the same request may go through a little later.
  private func isTransient(_ status: Int, _ body: [UInt8]) -> Bool {
    status == 429 || status >= 500
      || status == 400 && String(decoding: body, as: UTF8.self).contains("Throttl")
  }

  private func answer<Answer: Decodable>(
    _ status: Int, _ body: [UInt8], _ path: String
  ) throws(ImportFault) -> Answer {
    guard status == 200 else {
      throw ImportFault(
        description: "\(endpoint.url)\(path) answers \(status): \(message(in: body))")
    }
    do throws(AWSError) {
      return try decode(body, as: Answer.self)
    } catch {
      throw ImportFault(
        description: "the answer of \(endpoint.url)\(path) is not AWS's: \(error.message)")
    }
  }

  /// What an exception says, or the start of what is none.
  private func message(in body: [UInt8]) -> String {
    struct Exception: Decodable {
      var message: String?
      var Message: String?
    }
    let exception = try? JSONDecoder().decode(Exception.self, from: Data(body))
    return exception?.message ?? exception?.Message
      ?? String(decoding: body.prefix(200), as: UTF8.self)
  }
}

extension Duration {
  /// All of it, rounded down.
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
