import Testing

@testable import RPC

struct CancellationTests {
  /// What a handler saw at its end.
  private struct End: Sendable, Equatable {
    let code: RPCStatus.Code?
    let isCancelled: Bool
  }

  /// Methods whose handlers wait for ever in one of the two ways, and note how they were woken.
  private static func methods(_ ends: Witness<End>) -> [String: Method] {
    [
      "/t.T/Takes": .clientStreaming { requests, _ throws(RPCStatus) in
        do throws(RPCStatus) {
          while try await requests.next() != nil {}
          return []
        } catch {
          ends.note(End(code: error.code, isCancelled: Task.isCancelled))
          throw error
        }
      },
      "/t.T/Sends": .serverStreaming { _, responses, _ throws(RPCStatus) in
        do throws(RPCStatus) {
          while true { try await responses.send([UInt8](repeating: 0, count: 1_000)) }
        } catch {
          ends.note(End(code: error.code, isCancelled: Task.isCancelled))
          throw error
        }
      },
    ]
  }

  private static func begin(
    _ path: String, _ extra: KeyValuePairs<String, String> = [:]
  ) -> (Pair, Int32, Witness<End>) {
    let ends = Witness<End>()
    let client = TestClient(windowBytes: 1_000, reopensWindows: false)
    let pair = Pair(methods(ends), client: client)
    let stream = client.open(path, extra)
    client.send([], on: stream, end: path == "/t.T/Sends")
    pair.exchange()
    return (pair, stream, ends)
  }

  @Test(arguments: ["/t.T/Takes", "/t.T/Sends"])
  func `the client resets the stream`(_ path: String) {
    let (pair, stream, ends) = Self.begin(path)
    #expect(pair.server.runningCalls == 1)
    pair.client.reset(stream)
    pair.exchange()
    #expect(ends.all == [End(code: .cancelled, isCancelled: true)])
    #expect(pair.server.runningCalls == 0)
  }

  @Test(arguments: ["/t.T/Takes", "/t.T/Sends"])
  func `the connection is lost`(_ path: String) {
    let (pair, _, ends) = Self.begin(path)
    pair.server.session.abandon()
    pair.loop.turn()
    #expect(ends.all == [End(code: .cancelled, isCancelled: true)])
    #expect(pair.server.runningCalls == 0)
  }

  @Test(arguments: ["/t.T/Takes", "/t.T/Sends"])
  func `the deadline passes`(_ path: String) {
    let (pair, stream, ends) = Self.begin(path, ["grpc-timeout": "100m"])
    pair.loop.advance(by: .milliseconds(99))
    pair.exchange()
    #expect(pair.client.responses[stream]?.closedWith == nil)
    pair.loop.advance(by: .milliseconds(1))
    pair.exchange()
    // At once, though the client's window is full.
    #expect(pair.client.responses[stream]?.status == "4")
    #expect(pair.client.responses[stream]?.closedWith == 0)
    #expect(ends.all == [End(code: .cancelled, isCancelled: true)])
    #expect(pair.server.runningCalls == 0)
  }

  @Test func `the deadline passes before the request is complete`() {
    let pair = Pair(["/t.T/U": .unary { request, _ in request }])
    let stream = pair.client.open("/t.T/U", ["grpc-timeout": "1S"])
    pair.exchange()
    pair.loop.advance(by: .seconds(1))
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "4")
  }

  @Test func `a call that ends in time takes its timer with it`() {
    let seen = Witness<ContinuousClock.Instant?>()
    let pair = Pair([
      "/t.T/U": .unary { request, context in
        seen.note(context.deadline)
        return request
      }
    ])
    #expect(pair.call("/t.T/U", [1], ["grpc-timeout": "10S"])?.status == "0")
    #expect(pair.loop.timerCount == 0)
    #expect(seen.all.allSatisfy { $0.map { $0 > .now } ?? false })
  }

  @Test func `a call that is reset with its request never runs`() {
    let ran = Witness<Int>()
    let pair = Pair([
      "/t.T/U": .unary { request, _ in
        ran.note(1)
        return request
      }
    ])
    pair.exchange()
    // HEADERS and DATA with END_STREAM, then RST_STREAM, in one read.
    let stream = pair.client.open("/t.T/U")
    pair.client.send([1], on: stream, end: true)
    let request = pair.client.takeOutput()
    let reset: [UInt8] = [0, 0, 4, 3, 0, 0, 0, 0, UInt8(stream), 0, 0, 0, 8]
    pair.toServer(request + reset)
    pair.loop.turn()
    #expect(ran.all.isEmpty)
    #expect(pair.failure == nil)
  }

  @Test func `a child task that waits can be cancelled alone`() {
    let pair = Pair([
      "/t.T/B": .bidirectional { requests, responses, _ throws(RPCStatus) in
        let reader = Gate()
        let status = await withTaskGroup(of: RPCStatus?.self) { group in
          group.addTask {
            do throws(RPCStatus) {
              _ = try await requests.next()
              return nil
            } catch {
              return error
            }
          }
          group.addTask {
            await reader.pass()
            return nil
          }
          reader.open()
          _ = await group.next()
          group.cancelAll()
          return await group.next() ?? nil
        }
        try await responses.send([status?.code.rawValue ?? 0])
      }
    ])
    let stream = pair.client.open("/t.T/B")
    pair.exchange()
    #expect(pair.client.responses[stream]?.messages == [[RPCStatus.Code.cancelled.rawValue]])
    #expect(pair.client.responses[stream]?.status == "0")
  }
}
