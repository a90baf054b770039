/// Every limit of this layer, its number and the reason for it. Each has a test.
package enum Limits {
  /// Bytes of a bearer token. Those of the large identity providers are below 4 KiB; the transport
  /// takes 16 KiB of header in all.
  package static let tokenBytes = 8 << 10

  /// Milliseconds by which the clock of whoever issues tokens may differ from ours. A clock kept by
  /// NTP is off by less than a second; a minute forgives one that is not.
  package static let clockLeeway: Int64 = 60_000

  /// Wrong tokens that an address may send in a burst, and then a second: more wait, and no token from
  /// there that is not remembered is looked at. A signature costs some 50 µs to check, so that an address
  /// costs a two thousandth of a core. The burst forgives a gateway whose hundred things have tokens
  /// that expired together.
  static let wrongTokenBurst: Int64 = 100
  /// The same for each second.
  static let wrongTokensPerSecond = 10.0

  /// Callers that are remembered, by their token or their certificate, so that a signature is checked
  /// once and not at each call (some 50 µs against one). Half of them are forgotten when there are
  /// more. At 2 KiB each they are 20 MB.
  package static let rememberedCallers = 10_000

  /// Clients whose rates are counted. More share one count, so that somebody who comes from ever new
  /// addresses costs no more memory than this, some 10 MB.
  package static let countedClients = 100_000

  /// Bytes of a file of keys or of a policy. A thousand rules are 200 KB.
  package static let fileBytes = 1 << 20

  /// Rules of a policy. Each is looked at once for each caller.
  package static let rules = 10_000

  /// Rates of a policy. Each is looked at for each call.
  package static let rates = 100

  /// Bytes of an access key's secret at least: what cannot be guessed. AWS's have 40.
  package static let secretBytes = 16
}
