@testable import RPC

/// A client and a server's connection, joined in memory. Nothing moves but in `exchange`.
final class Pair {
  let client: TestClient
  let server: Connection
  let loop = ManualLoop()
  let load: ServerLoad
  /// Why the server gave the connection up, if it did.
  private(set) var failure: HTTP2Error?
  private let delegate = Delegate()

  init(
    _ methods: [String: Method], limits: Limits = Limits(), client: TestClient = TestClient(),
    gate: CallGate? = nil, load: ServerLoad? = nil
  ) {
    self.client = client
    let load = load ?? ServerLoad(limits: limits)
    self.load = load
    server = Connection(
      methods: MethodTable(methods), limits: limits, peer: "127.0.0.1:4711", gate: gate, load: load,
      loop: loop)
    server.delegate = delegate
  }

  /// Whether the server took the client for dead.
  var isClientDead: Bool { delegate.isClientDead }

  /// Lets time pass, as the server counts it.
  func pass(_ pulses: Int) {
    for _ in 0..<pulses {
      loop.advance(by: server.limits.pulse)
      exchange()
    }
  }

  /// Lets time pass while the client sends nothing and hears the server.
  func passInSilence(_ pulses: Int) {
    for _ in 0..<pulses {
      loop.advance(by: server.limits.pulse)
      client.receive(takeServerOutput())
    }
  }

  /// Moves bytes both ways and turns the loop until nothing moves any more.
  func exchange() {
    while true {
      let sent = toServer(client.takeOutput())
      let ran = loop.turn()
      let output = takeServerOutput()
      client.receive(output)
      if !sent, !ran, output.isEmpty { return }
    }
  }

  /// Gives bytes to the server. Says whether there were any.
  @discardableResult
  func toServer(_ bytes: some Collection<UInt8>) -> Bool {
    guard failure == nil, !bytes.isEmpty else { return false }
    let bytes = Array(bytes)
    do throws(HTTP2Error) {
      try server.receive(bytes.span)
    } catch {
      failure = error
    }
    return true
  }

  func takeServerOutput() -> [UInt8] {
    var output: [UInt8] = []
    do throws(HTTP2Error) {
      while try server.writeFrames(
        limit: 64 << 10, { frame in for index in frame.indices { output.append(frame[index]) } })
      {}
    } catch {
      failure = error
    }
    return output
  }

  private final class Delegate: ConnectionDelegate {
    var isClientDead = false

    // Nobody needs telling: `exchange` asks for all there is.
    func hasFrames() {}
    func lastCallEnded() {}
    func isDead() { isClientDead = true }
  }

  /// A unary call from its request to its response.
  func call(
    _ path: String, _ request: [UInt8], _ extra: KeyValuePairs<String, String> = [:]
  ) -> TestClient.Response? {
    let stream = client.open(path, extra)
    client.send(request, on: stream, end: true)
    exchange()
    return client.responses[stream]
  }
}
