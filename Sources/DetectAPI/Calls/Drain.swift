internal import RPC
internal import Synchronization

/// Tells the calls that would never end by themselves that the server shuts down.
///
/// Watching calls end with UNAVAILABLE, so that clients go on elsewhere; streams of reports are read
/// no further, and end so once what was read is acknowledged.
package final class Drain: Sendable {
  private struct State {
    var hasBegun = false
    var lastTicket = 0
    /// Waiting calls, by the ticket each has drawn.
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// A drain that has not begun.
  package init() {}

  /// Whether the server shuts down.
  package var hasBegun: Bool { state.withLock { $0.hasBegun } }

  /// The server shuts down; there is no way back.
  package func begin() {
    let waiting = state.withLock { state in
      state.hasBegun = true
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Suspends until the server shuts down or the task is cancelled.
  func begun() async {
    let ticket = state.withLock { state in
      state.lastTicket += 1
      return state.lastTicket
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.hasBegun || Task.isCancelled { return true }
          state.waiting[ticket] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
    }
  }

  /// Runs `body`, and cancels its task when the server shuts down.
  ///
  /// - Returns: whether `body` was cut short by that. It has ended in any case.
  /// - Throws: what `body` throws for any other reason.
  func interrupts(
    _ body: @escaping @Sendable () async throws(RPCStatus) -> Void
  ) async throws(RPCStatus) -> Bool {
    let result = await withTaskGroup(of: Result<Void, RPCStatus>?.self) { group in
      group.addTask {
        do throws(RPCStatus) { return .success(try await body()) } catch { return .failure(error) }
      }
      group.addTask {
        await self.begun()
        return nil
      }
      var result: Result<Void, RPCStatus>?
      for await ended in group {
        result = result ?? ended
        group.cancelAll()
      }
      return result
    }
    if case .failure = result, hasBegun { return true }
    try result?.get()
    return false
  }
}
