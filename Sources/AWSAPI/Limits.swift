/// Every limit of this face, its number and the reason for it. Each has a test.
package struct Limits: Sendable {
  /// Bytes of a request's body. A profile of 1000 value elements with all that AWS allows is well below one
  /// MiB; larger ones answer 413.
  package var bodyBytes = 2 << 20
  /// Bytes of the bodies of all requests together. Whoever can connect may send one before it is known who that
  /// is; past this, requests with a body answer 503.
  package var heldBytes = 64 << 20
  /// Bytes of all header fields of a request. A signature is some 500, a bearer token 8 KiB at most.
  package var headerBytes = 16 << 10
  /// Header fields of a request. SDKs send about a dozen.
  package var headerFields = 100
  /// Connections at a time: scripts and consoles, not devices. A further one waits in the system's queue.
  package var connections = 1000
  /// Time without a request after which a connection is closed. SDKs keep theirs for a minute.
  package var idleTimeout = Duration.seconds(120)
  /// Time in which a request must have come, from its head to the end of its body. Two MiB in half a minute
  /// is 70 KB/s; who is slower would hold memory.
  package var requestTimeout = Duration.seconds(30)
  /// Time for the TLS handshake, as for gRPC.
  package var handshakeTimeout = Duration.seconds(10)
  /// Time that requests in flight have to finish at a stop, as for gRPC.
  package var gracePeriod = Duration.seconds(10)

  // Of import-aws, as a client.

  /// Time for one answer of the source. AWS's own clients have a minute.
  package var importTimeout = Duration.seconds(60)
  /// Bytes of one answer of the source. A page of 250 things with 50 attributes is at most 12 MiB.
  package var importedBytes = 16 << 20
  /// Times that one request is sent while the source says that it comes too soon: with the waits between
  /// them two minutes, by when AWS's ten calls a second are allowed again.
  package var importTries = 10
  /// The first of the waits; each one is twice as long as the one before.
  package var importWait = Duration.milliseconds(250)

  /// The limits of the server; tests make smaller ones.
  package init() {}
}
