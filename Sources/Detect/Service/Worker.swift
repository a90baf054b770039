/// A place where jobs run one after another, in the order in which they were enqueued. Whoever wires the
/// service decides what it is: a thread, a serial queue, or a list that a test steps through.
package protocol Worker: Sendable {
  func enqueue(_ job: @escaping @Sendable () -> Void)

  /// Enqueues a job after so many milliseconds.
  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void)
}

/// The service's workers.
package struct Workers: Sendable {
  /// Applies inputs to the engine, in one order.
  package var engine: any Worker
  /// Writes to the store; blocks.
  package var writer: any Worker
  /// Reads from the store; blocks.
  package var reader: any Worker

  package init(engine: any Worker, writer: any Worker, reader: any Worker) {
    self.engine = engine
    self.writer = writer
    self.reader = reader
  }
}
