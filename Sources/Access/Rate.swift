/// How often a method may be called.
struct Rate: Sendable, Decodable {
  /// Who shares the rate.
  enum Share: String, Sendable, Decodable {
    /// Each client has its own: a caller, or an address for callers that are not known.
    case client
    /// All clients together.
    case server
  }

  /// Paths of methods: "/detect.v1.Detect/Backtest", "/detect.v1.MetricIngestion/*", "*".
  let method: NamePattern
  let share: Share
  let pace: Pace

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case method, per, callsPerSecond, burst
  }

  init(from decoder: any Decoder) throws {
    try decoder.refuseKeys(except: CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let text = try values.decode(String.self, forKey: .method)
    guard let pattern = NamePattern(text) else {
      throw values.fault(.method, "\"\(text)\" has more than one *")
    }
    method = pattern
    share = try values.decode(Share.self, forKey: .per)
    let rate = try values.decode(Double.self, forKey: .callsPerSecond)
    guard rate >= 0.001, rate <= 1e6 else {
      throw values.fault(.callsPerSecond, "is from 0.001 to 1000000")
    }
    let burst = try values.decodeIfPresent(Int64.self, forKey: .burst) ?? max(1, Int64(rate))
    guard (1...1_000_000).contains(burst) else {
      throw values.fault(.burst, "is from 1 to 1000000")
    }
    pace = Pace(perSecond: rate, burst: burst)
  }
}
