@testable import DetectAPI
import RPC

/// A streaming call as a client has it, in memory.
struct StreamingCall: Sendable {
  private let requests = BoundedQueue<[UInt8]>(capacity: .max)
  private let responses: BoundedQueue<[UInt8]>
  private let types: Schema.Method
  private let task: Task<RPCStatus?, Never>

  /// Calls a method: "/detect.v1.MetricIngestion/ReportMetrics". Its responses wait while the client
  /// has not taken `window` of them.
  init(
    _ path: String, window: Int = .max,
    _ body: @escaping @Sendable (@escaping Next, @escaping Send) async throws(RPCStatus) -> Void
  ) {
    let (requests, responses) = (requests, BoundedQueue<[UInt8]>(capacity: window))
    self.responses = responses
    types = Schema.contract.methods[path] ?? Schema.Method()
    task = Task {
      defer { responses.finish() }
      do throws(RPCStatus) {
        try await body(
          { () async throws(RPCStatus) in
            let request = await requests.next()
            if request == nil, Task.isCancelled { throw RPCStatus(.cancelled) }
            return request
          },
          { (response) async throws(RPCStatus) in
            guard await responses.hasRoom() else { throw RPCStatus(.cancelled) }
            responses.append(response)
          })
        return nil
      } catch {
        return error
      }
    }
  }

  func send(_ request: Value) {
    requests.append(request.serialized(as: types.request))
  }

  func send(bytes: [UInt8]) {
    requests.append(bytes)
  }

  /// Says that no request will follow.
  func finish() {
    requests.finish()
  }

  /// The next response, or nil when the call is over.
  func response() async -> Value? {
    await responses.next().map { Value($0, as: types.response) }
  }

  func cancel() {
    task.cancel()
  }

  /// How the call ended; nil stands for OK.
  func status() async -> RPCStatus? {
    await task.value
  }
}
