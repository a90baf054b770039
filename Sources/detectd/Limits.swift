/// The fixed sizes of the process, each with its reason.
enum Limits {
  /// Threads that read from the store: a list over a long range may take one for a while, and four are
  /// the connections that the store keeps open.
  static let readers = 4
  /// Time between two ticks of the service, which asks for about a second.
  static let tick = Duration.seconds(1)
  /// Time between two looks at the files of certificates, keys and policy. What rotates them does so
  /// minutes or days before the old ones expire.
  static let fileCheck = Duration.seconds(5)
  /// Time that a stop may take. The transport cancels calls after 10 seconds; the rest is for what is
  /// queued to become durable, and for the last snapshot.
  static let stop = Duration.seconds(30)
  /// Milliseconds of the longest time that an option may have: a hundred years. It can be added to any
  /// time of today and multiplied by any number of buckets.
  static let longestSpan: Int64 = 36_500 * 86_400_000
}
