/// The fixed sizes of delivery, each with its reason.
enum Limits {
  // Memory.

  /// Alerts of one target in memory. Enough for one digest and for the waits of the store; more would only
  /// lie there.
  static let alertsPerTarget = 1000
  /// Bytes of events in one page of a target's alerts: an event may carry a list of a hundred KB.
  static let bytesPerPage = 2 << 20
  /// Targets that have alerts in memory at once; the others wait for their turn. With two pages each this
  /// bounds memory to 128 MiB, and to a tenth of it with events of usual size.
  static let targetsInMemory = 32

  // Outcomes.

  /// Milliseconds for which an outcome may wait to be written with others: a crash in between sends again what
  /// was sent in this time, and more often would be a burden for the commits.
  static let outcomeDelay: Int64 = 100
  /// Outcomes that are written at once, without waiting for more.
  static let outcomesPerWrite = 500
  /// Milliseconds after which a failed read or write of the store is tried again.
  static let storeRetry: Int64 = 1000
  /// Milliseconds between two searches for targets with pending alerts. New ones are announced; the search finds
  /// those of a commit that was reported as failed and was kept.
  static let search: Int64 = 60_000

  // Retries.

  /// Milliseconds of the longest wait after the first failure; it doubles with every further one.
  static let firstRetry: Int64 = 1000
  /// Milliseconds of the longest wait at all: ten minutes, so that a target that is back is noticed soon.
  static let longestRetry: Int64 = 600_000
  /// Milliseconds that a target may ask us to wait with Retry-After: an hour; a day would be a mistake or an
  /// attack.
  static let longestRetryAfter: Int64 = 3_600_000

  // Circuit breaker.

  /// Failures of a target in a row that open its circuit.
  static let failuresToOpen = 5
  /// Milliseconds of the longest wait before the first try of an open circuit; it doubles with every failed one.
  static let firstProbe: Int64 = 2000
  /// Milliseconds of the longest wait between two tries of an open circuit.
  static let longestProbe: Int64 = 60_000

  // HTTP.

  /// Milliseconds to connect, name resolution and TLS included.
  static let connectTimeout: Int64 = 5000
  /// Milliseconds for a request as a whole: a receiver that thinks longer should queue.
  static let requestTimeout: Int64 = 10_000
  /// Bytes read of an answer; only its start is ever looked at.
  static let answerBytes = 16_384
  /// Characters of an answer that are kept as the reason of a failure.
  static let failureCharacters = 300

  // Stopping.

  /// Milliseconds to wait at a stop for requests in flight; those that last longer are sent again after the next
  /// start.
  static let stop: Int64 = 3000
}
