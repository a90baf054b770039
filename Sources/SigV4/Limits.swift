/// The fixed sizes of signatures, each with its reason.
enum Limits {
  /// Seconds by which the sender's clock may differ from ours: AWS's own five minutes.
  static let clockSkew: Int64 = 300
  /// Seconds that a signature in a query may be good for: AWS's own range, a week at most.
  static let presignedSeconds: ClosedRange<Int64> = 1...604_800
}
