import Synchronization

/// What all connections of a server hold together, and what that means for a new call.
///
///     free ──maxCalls, maxHeldBytes──► busy ──twice that──► full
///
/// A busy server refuses the calls of connections that themselves hold much, so that a few cannot
/// shut out the others; a full one refuses all. What is refused has cost a header, and no more.
final class ServerLoad: Sendable {
  /// Bytes by which a call's account may be wrong, so that small calls need not be accounted.
  static let accountedBytes = 4 << 10

  private enum Level { case free, busy, full }

  private let limits: Limits
  private let onRefusal: @Sendable ([String: String]) -> Void
  private let calls = Atomic(0)
  private let bytes = Atomic(0)

  /// `onRefusal` is told of calls that are refused, in fields for a log.
  init(limits: Limits, onRefusal: @escaping @Sendable ([String: String]) -> Void = { _ in }) {
    self.limits = limits
    self.onRefusal = onRefusal
  }

  /// Calls that are open, or whose handlers still run.
  var openCalls: Int { calls.load(ordering: .relaxed) }
  /// Bytes of requests and responses that these hold.
  var heldBytes: Int { bytes.load(ordering: .relaxed) }

  func callBegan() { calls.add(1, ordering: .relaxed) }

  func callEnded(holding count: Int) {
    calls.subtract(1, ordering: .relaxed)
    if count != 0 { bytes.subtract(count, ordering: .relaxed) }
  }

  func changeHeldBytes(by change: Int) { bytes.add(change, ordering: .relaxed) }

  private var level: Level {
    let (calls, bytes) = (openCalls, heldBytes)
    guard calls >= limits.maxCalls || bytes >= limits.maxHeldBytes else { return .free }
    return calls >= 2 * limits.maxCalls || bytes >= 2 * limits.maxHeldBytes ? .full : .busy
  }

  /// Whether connections should be held to what they need.
  var isBusy: Bool { level != .free }

  /// Throws UNAVAILABLE if there is no room for more on a connection that holds so much.
  func admit(calls: Int, bytes: Int, peer: String) throws(RPCStatus) {
    switch level {
    case .free: return
    case .busy where calls < Limits.fairShareCalls && bytes <= Limits.fairShareBytes: return
    case .busy, .full: break
    }
    onRefusal(
      ["peer": peer, "reason": "overload", "calls": "\(openCalls)", "bytes": "\(heldBytes)"])
    // Not all at the same moment.
    throw RPCStatus(
      .unavailable, "the server is overloaded",
      retryAfter: Limits.overloadPushback * Double.random(in: 0.5...1.5))
  }
}
