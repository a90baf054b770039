/// The thread a connection and its calls live on.
protocol ConnectionLoop: TaskExecutor {
  /// Whether the caller is on that thread.
  var isCurrent: Bool { get }
  /// Runs `work` there, later, in the order of the calls.
  func run(_ work: @escaping @Sendable () -> Void)
  /// Runs `work` there after `delay`, unless what it gives back is called on that thread before.
  func schedule(
    after delay: Duration, _ work: @escaping @Sendable () -> Void
  ) -> @Sendable () -> Void
}
