extension Sequencer {
  /// What a step may do: read the engine and tell it inputs. Steps call the methods; the rest is the sequencer's
  /// own.
  struct State: Sendable {
    /// Nil after a failed commit, until the store can be read again.
    var engine: Engine?
    var snapshots: SnapshotCycle
    /// Position of the last group given to the writer.
    var position: Int64
    var open = OpenGroup()
    /// Steps of work that one group may hold.
    let stepsPerSlice: Int
    /// Calls that wait until work is done, in the order in which they came.
    var held: [Job] = []
    /// The answer of the change that is under way.
    var answerOfChange: Completion?
    /// Answers that wait for the group that is being written.
    var waiting: [Completion] = []
    /// Whether a group is not durable yet.
    var isWriting = false
    /// Whether the writer has something to do, a group or a chore.
    var isBusy = false
    /// Whether nothing is taken any more.
    var isStopped = false
    /// Called when everything that was taken is durable.
    var onStopped: [@Sendable () -> Void] = []

    // The engine is never bound to a name of its own while it is told something: a second reference
    // would make every change copy its tables.

    /// What the operation answers and changes, as things are.
    func decide<O: Operation>(
      _ operation: O, at moment: Moment
    ) throws(DetectError) -> Decision<O.Response> {
      try operation.decide(engineToRead().catalog, at: moment)
    }

    func engineToRead() throws(DetectError) -> Engine {
      guard let engine else { throw .unavailable("the store cannot be read at the moment") }
      return engine
    }

    /// Whether all that is true has been told: no change has invalidations left.
    var isSettled: Bool { engine?.isRollingOut != true }

    /// Whether something that may take long can begin: it waits for the work before it, for the next
    /// group where this one has had its slice, and for a snapshot, which can be taken only in between.
    var isFree: Bool {
      engine != nil && !hasWork && hasRoom && (open.inputs.bytes.isEmpty || !isSnapshotDue)
    }

    /// Whether calls that wait can be run, be it to be refused.
    var releases: Bool { isFree || engine == nil }

    var hasWork: Bool { engine?.hasWork == true }

    /// Whether the open group can take more steps of work.
    var hasRoom: Bool { open.steps < stepsPerSlice }

    var isSnapshotDue: Bool {
      !hasWork
        && snapshots.isDue(
          with: open.inputs.bytes.count, unsaved: engine?.unsavedByteCount ?? 0)
    }

    /// Whether the last snapshot before a stop should begin, so that the next start is short.
    var isLastSnapshotDue: Bool {
      isStopped && !hasWork && snapshots.phase == .resting && snapshots.journalBytes > 0
    }

    /// Makes changes true, as far as one slice goes. To be called only where `isFree`.
    mutating func change(_ changes: [Change], at time: Int64) {
      _ = apply(.changes(changes, at: time, steps: stepsPerSlice - open.steps))
    }

    /// Lets time pass, as far as one slice goes. To be called only where `isFree`.
    mutating func advance(to time: Int64) {
      _ = apply(.advance(to: time, steps: stepsPerSlice - open.steps))
    }

    /// Goes on with work, unless the open group has had its slice.
    mutating func proceed() {
      guard hasWork, hasRoom else { return }
      // Events that wait for their numbers are kept in memory: too many, and reports wait instead.
      let isOverdue = (engine?.waitingEventCount ?? 0) >= Limits.waitingEvents
      _ = apply(.proceed(steps: isOverdue ? .max : stepsPerSlice - open.steps))
      if isSettled, let answer = answerOfChange {
        open.completions.append(answer)
        answerOfChange = nil
      }
    }

    /// Applies an input and adds it to the open group.
    mutating func apply(_ input: Input) -> Engine.Outcome {
      guard let outcome = engine?.apply(input) else { return Engine.Outcome() }
      input.encode(to: &open.inputs)
      open.add(outcome)
      return outcome
    }

    /// Applies reports; a batch of which nothing is taken changes nothing and is not written.
    mutating func apply(reports: [MetricReport], at time: Int64) -> BatchOutcome {
      let input = Input.reports(reports, at: time)
      guard let outcome = engine?.apply(input) else { return BatchOutcome() }
      if outcome.batch.accepted > 0 {
        input.encode(to: &open.inputs)
        open.add(outcome)
      }
      return outcome.batch
    }

    /// The time that an input of now carries: it never goes back, whatever the clock does.
    func present(_ now: Int64) -> Int64 {
      max(now, engine?.clock ?? now)
    }
  }
}
