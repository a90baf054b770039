/// The fixed sizes of signatures, each with its reason.
enum Limits {
  /// Seconds by which the sender's clock may differ from ours: AWS's own five minutes.
  static let clockSkew: Int64 = 300
}
