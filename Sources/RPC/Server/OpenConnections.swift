import NIOCore
import Synchronization

/// The connections of a server: counted against the limit, and reached when it stops.
final class OpenConnections: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isStopping = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) {
    self.limit = limit
  }

  /// Counts a connection in. Says no if there are too many, or if the server stops.
  func admit(_ channel: any Channel) -> Bool {
    state.withLock { state in
      guard !state.isStopping, state.channels.count < limit else { return false }
      state.channels[ObjectIdentifier(channel)] = channel
      return true
    }
  }

  /// Counts a connection out, when it is closed and its handlers have ended.
  func remove(_ channel: any Channel) {
    let waiter = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = nil
      return state.channels.isEmpty ? state.waiter.take() : nil
    }
    waiter?.resume()
  }

  /// Sends this step to every connection; none is admitted any more.
  func send(_ stop: Stop) {
    let channels = state.withLock { state in
      state.isStopping = true
      return Array(state.channels.values)
    }
    for channel in channels { channel.pipeline.fireUserInboundEventTriggered(stop) }
  }

  /// Returns when there are none. One task may wait.
  func allEnded() async {
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        if !state.channels.isEmpty { state.waiter = continuation }
        return state.channels.isEmpty
      }
      if isEmpty { continuation.resume() }
    }
  }
}
