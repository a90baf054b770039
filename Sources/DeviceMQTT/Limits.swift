/// Every limit on what a broker may cost, its number and the reason for it.
package enum Limits {
  /// Messages that are taken and answered in one group. A broker sends 20 before the first is acknowledged
  /// unless it is told otherwise; more come only of those that nobody acknowledges.
  package static let messagesPerGroup = 256
  /// Bytes of a group after which no further message is read: thousands of what agents send. Bounds memory.
  package static let bytesPerGroup = 4 << 20
  /// Bytes of a packet that the broker may send. The largest report fits, and one of twice its size, so that it
  /// can be answered that it is too large; the broker throws larger ones away.
  package static let packetBytes = 256 << 10
  /// Seconds for which the broker keeps the session, and with it reports, while nobody is connected: a week,
  /// so that an upgrade that goes wrong on a Friday loses none.
  package static let sessionExpiry: UInt32 = 7 * 86_400
  /// Seconds of silence after which the broker is asked whether it is still there; half as long again later
  /// the connection is given up.
  package static let keepAlive: Int32 = 30
  /// Milliseconds from a connection to the first report that may come: TLS, CONNACK and SUBACK.
  package static let handshake: Int64 = 10_000
  /// Milliseconds before the first further try to connect, and at most between two: soon enough for a broker
  /// that was restarted, rare enough for one that is gone. A connection that lasts as long as the longest
  /// ends it.
  package static let backoff: ClosedRange<Int64> = 250...30_000
}
