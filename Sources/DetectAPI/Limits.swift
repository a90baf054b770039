/// Every limit of this layer, its number and the reason for it. Each has a test in `LimitsTests`.
enum Limits {
  /// Bytes of memory a message of `count` bytes may take when it is decoded.
  ///
  /// A message of reports takes about 12 times its size, a list of one-letter texts 35 times, and a
  /// hostile one 45 times without an end. 16 times bounds the large; the 8 MiB on top let every
  /// message through that is small enough to be harmless, up to lists of the length that the domain
  /// allows.
  static func decodedBytes(ofMessage count: Int) -> Int {
    (8 << 20) + 16 * count
  }

  /// Reports in one batch. A batch is decided and made durable as a whole; ten thousand reports are
  /// some megabytes and some milliseconds, and a larger batch gains nothing.
  static let reportsPerBatch = 10_000

  /// Batches of one call that are read and not acknowledged. Enough to fill a commit with batches of one
  /// report, a few hundred of which come while the one before is written; the next is not read, so that
  /// flow control holds the client. Large batches are bounded by their bytes before.
  static let outstandingBatches = 256

  /// Bytes of a status's message as the wire carries it, percent-encoded. It travels twice, once in
  /// base64, beside the field at fault; clients take 8 KiB of trailers.
  static let statusMessageBytes = 2_048

  /// The same for the name of a field at fault and for the description of its fault.
  static let fieldViolationBytes = 512
}
