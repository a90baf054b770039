/// How much is tried in every `make test`, for what can be tried for any length of time.
enum Budgets {
  /// Inputs near each of the fuzzers' corpus: a few seconds. `make fuzz-rpc` tries millions.
  static let fuzzVariants: UInt64 = 50
}
