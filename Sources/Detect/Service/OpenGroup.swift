/// What is to be committed together: it fills while the group before is being written.
struct OpenGroup: Sendable {
  var inputs = ByteWriter()
  var events: [ViolationEvent] = []
  var verifications: [ViolationVerification] = []
  var explanations: [ViolationExplanation] = []
  var alerts: [Alert] = []
  /// Answers that are held until the group is durable.
  var completions: [Sequencer.Completion] = []
  /// Steps of work among the inputs.
  var steps = 0
  /// Whether the group waits for company no longer.
  var isRipe = false
  /// Whether it waits for company.
  var isRipening = false

  /// Whether there is nothing to commit.
  var isEmpty: Bool { inputs.bytes.isEmpty }

  mutating func add(_ outcome: Engine.Outcome) {
    events += outcome.events
    verifications += outcome.verifications
    explanations += outcome.explanations
    alerts += outcome.alerts
    steps += outcome.steps
  }
}
