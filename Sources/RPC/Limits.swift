/// Every limit of this layer, its number and the reason for it. Each has a test in `LimitsTests`.
package struct Limits: Sendable {
  /// Largest request message, in bytes. 4 MiB is gRPC's default in every language; the length is
  /// refused when its prefix arrives, before anything is buffered.
  package var maxMessageBytes = 4 << 20

  /// Calls open at once on one connection (SETTINGS_MAX_CONCURRENT_STREAMS); the next is refused
  /// with REFUSED_STREAM, which clients retry. A thousand is far above what one client needs and
  /// keeps the state of one connection below a few megabytes.
  package var maxConcurrentStreams = 1_000

  /// Largest request header list, counted as RFC 9113 section 6.5.2 does (32 bytes of overhead a
  /// field). Twice gRPC's soft default of 8 KiB; what is above answers RESOURCE_EXHAUSTED.
  package var maxHeaderListBytes = 16 << 10

  /// CONTINUATION frames of one header block. Eight of 16 KiB are already above the header limit;
  /// more is the CONTINUATION flood and ends the connection.
  package var maxContinuations = 8

  /// RST_STREAM frames a client may send in a burst, and then per second: more is "rapid reset"
  /// (CVE-2023-44487) and ends the connection. A client that cancels all its calls at once stays
  /// below the burst.
  package var streamResetBurst = 1_000
  /// RST_STREAM frames a second that refill the burst.
  package var streamResetsPerSecond = 33

  /// Answers to PING and SETTINGS that may wait to be written: more means the peer floods and does
  /// not read, and ends the connection.
  package var maxOutstandingAcknowledgements = 1_000

  /// Bytes of requests one call may hold that its handler has not taken. 1 MiB keeps a
  /// 100 Mbit/s client busy over a round trip of 80 ms.
  package var streamWindowBytes = 1 << 20

  /// The same for a connection. Twice a stream's, so that one call whose handler takes nothing
  /// does not stop the others.
  package var connectionWindowBytes = 2 << 20

  /// Bytes of responses one call may hold that the peer has not taken; `send` suspends above it
  /// and goes on at half of it. One socket write.
  package var maxBufferedResponseBytes = 64 << 10

  /// `grpc-message` as it is sent, percent-encoded; the rest of a longer text is cut off. With the
  /// details below it stays under the 8 KiB of header list that gRPC clients take by default.
  package static let maxStatusMessageBytes = 2 << 10

  /// `RPCStatus.details` (5.4 KiB in base64). Larger details are not sent, for the client would
  /// refuse the whole status with them.
  package static let maxStatusDetailsBytes = 4 << 10

  /// Metadata a handler sends back with one header or trailer, counted like a header list: what
  /// gRPC clients take by default.
  package static let maxMetadataBytes = 8 << 10

  /// Bytes handed to the socket in one write, and bytes it may hold unwritten before we stop giving
  /// it more and stop reading from that peer.
  package var maxUnwrittenBytes = 64 << 10

  /// Connections open at once; the next is closed as soon as it is accepted. At 23 KB each when
  /// idle, ten thousand are 230 MB.
  package var maxConnections = 10_000

  /// Time between the two GOAWAY frames of a graceful stop: a round trip, so that calls already on
  /// their way are still served (RFC 9113 section 6.8).
  package var goAwayDelay: Duration = .milliseconds(200)

  /// Time the last frames get to leave when a connection closes, so that a peer that does not read
  /// cannot keep it.
  package var closeTimeout: Duration = .seconds(2)

  /// Time calls get to finish in a graceful stop, before they are cancelled with UNAVAILABLE.
  package var gracePeriod: Duration = .seconds(10)

  /// The defaults above.
  package init() {}
}
