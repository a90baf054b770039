/// How much is tried in every `make test`, for what can be tried for any length of time.
enum Budgets {
  /// Lives of the simulation: a few seconds. `make simulate` tries more.
  static let simulationSeeds: ClosedRange<UInt64> = 1...100
}
