/// Every limit of this layer, its number and the reason for it. Each has a test in `LimitsTests`.
package struct Limits: Sendable {
  /// Largest request message, in bytes, both as it comes and decompressed. 4 MiB is gRPC's default in every language; the length is
  /// refused when its prefix arrives, before anything is buffered.
  package var maxMessageBytes = 4 << 20

  /// Smallest response that is compressed, in bytes. What is below fits into one packet as it is.
  package var minCompressedBytes = 1 << 10

  /// Calls open at once on one connection (SETTINGS_MAX_CONCURRENT_STREAMS); the next is refused
  /// with REFUSED_STREAM, which clients retry, unless the client has already taken note of the limit:
  /// then it ends the connection. A thousand is far above what one client needs and
  /// keeps the state of one connection below a few megabytes.
  package var maxConcurrentStreams = 1_000

  /// Largest request header list, counted as RFC 9113 section 6.5.2 does (32 bytes of overhead a
  /// field). Twice gRPC's soft default of 8 KiB; what is above answers RESOURCE_EXHAUSTED.
  package var maxHeaderListBytes = 16 << 10

  /// Gaps between the streams of a client that are remembered, the newest. HEADERS in one end the connection; in one
  /// that is forgotten they are dropped. Clients leave none.
  package static let rememberedStreamGaps = 16

  /// How many times that limit a header list may unpack to before it ends the connection with
  /// ENHANCE_YOUR_CALM. Between the two a client has made a mistake and is told so; above, a header of
  /// a few bytes was made to unpack to megabytes (an HPACK bomb).
  package static let headerBombFactor = 4

  /// CONTINUATION frames of one header block. Eight of 16 KiB are already above the header limit;
  /// more is the CONTINUATION flood and ends the connection.
  package var maxContinuations = 8

  /// RST_STREAM frames a client may send in a burst, and then per second: more is "rapid reset"
  /// (CVE-2023-44487) and ends the connection with ENHANCE_YOUR_CALM. A client that cancels all its calls at once stays
  /// below the burst.
  package var streamResetBurst = 1_000
  /// RST_STREAM frames a second that refill the burst.
  package var streamResetsPerSecond = 33

  /// Answers to PING and SETTINGS that may wait to be written: more means the peer floods and does
  /// not read, and ends the connection.
  package var maxOutstandingAcknowledgements = 1_000

  /// Frames of overhead (PING, SETTINGS, WINDOW_UPDATE, PRIORITY, RST_STREAM, DATA without data) a
  /// client may send in one `pulse`, beside those that come with its calls: more is a flood and ends
  /// the connection with ENHANCE_YOUR_CALM. Clients at rest send a few; twice the calls that one
  /// connection may cancel at once.
  package var maxOverheadFrames = 2_000

  /// Frames of overhead that come with a frame that carries a call: a window for the stream, one for
  /// the connection, a ping that measures bandwidth, a reset.
  package static let overheadFramesPerFrame = 4

  /// Bytes of requests one call may hold that its handler has not taken. 1 MiB keeps a
  /// 100 Mbit/s client busy over a round trip of 80 ms.
  package var streamWindowBytes = 1 << 20

  /// The same for a connection. Twice a stream's, so that one call whose handler takes nothing
  /// does not stop the others.
  package var connectionWindowBytes = 2 << 20

  /// Bytes of responses one call may hold that the peer has not taken; `send` suspends above it
  /// and goes on at half of it. One socket write.
  package var maxBufferedResponseBytes = 64 << 10

  /// Bytes of responses one connection may hold that the peer has not taken, before its next calls
  /// wait to be started. 4 MiB keeps a client busy over any round trip; with it a peer that takes
  /// nothing costs this, what its last call adds and 64 KiB for each streaming call.
  package var maxConnectionResponseBytes = 4 << 20

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

  /// Calls open at once on the whole server before it is busy: two for each connection there may be. A
  /// call with its task is some 4 KB, so these are 80 MB.
  package var maxCalls = 20_000

  /// Bytes of requests and responses held by all calls before the server is busy. Sixty of the largest
  /// messages; with what each connection costs, a server with it stays below a gigabyte.
  package var maxHeldBytes = 256 << 20

  /// Calls and bytes of one connection that are served while the server is busy: what a client needs
  /// that did not make it so.
  package static let fairShareCalls = 16
  /// The same in bytes.
  package static let fairShareBytes = 64 << 10

  /// Time after which a call that was refused for overload may come again, half more or less. Long
  /// against a call, short against a person's patience.
  package static let overloadPushback: Duration = .seconds(1)

  /// Time a TLS handshake may take, from the connection to the last message. Two or three round trips
  /// and some milliseconds of arithmetic; what takes longer is there to hold the connection.
  package var handshakeTimeout: Duration = .seconds(10)

  /// Lines a minute about refused connections and calls. Enough to see what is wrong with a client,
  /// too few to fill a disk: a stranger can cause as many as he likes.
  package static let deniedLinesPerMinute = 60

  /// How often a connection looks at what has happened on it. One timer for each connection, so ten
  /// thousand of them wake a loop a thousand times a second; the times below are kept to one pulse,
  /// and never early.
  package var pulse: Duration = .seconds(10)

  /// Time in which the preface with its SETTINGS, a header block or any frame but DATA must become
  /// complete. Clients send each in one piece, and a lost packet is repeated within seconds; what
  /// takes longer is there to hold the connection.
  package var frameTimeout: Duration = .seconds(10)

  /// Silence after which a client is pinged. Shorter than the few minutes after which routers forget
  /// a silent connection.
  package var keepaliveTime: Duration = .seconds(60)

  /// Time a client has to answer the ping, or to send anything, before it is taken for dead.
  /// gRPC's default; far above a round trip with all its retransmissions.
  package var keepaliveTimeout: Duration = .seconds(20)

  /// Time without a call after which a connection is ended gracefully. Things report each five
  /// minutes by default: one that missed three has gone.
  package var idleTimeout: Duration = .seconds(15 * 60)

  /// Time in which a client must take something of the responses that wait for it. Above it the
  /// connection ends, for what it holds would be held for good.
  package var stallTimeout: Duration = .seconds(5 * 60)

  /// The same while the server is busy, for a connection that holds more than its fair share. A client
  /// that is alive takes something within seconds.
  package var busyStallTimeout: Duration = .seconds(10)

  /// Age at which a connection is ended gracefully, a tenth more or less so that those that began
  /// together do not end together. A day: what was true of a client when it connected is looked at
  /// again, and clients find servers that were added.
  package var maxConnectionAge: Duration = .seconds(24 * 60 * 60)

  /// Time the calls get to finish after that, before they are cut with UNAVAILABLE. Streams that
  /// never end by themselves take all of it.
  package var connectionAgeGrace: Duration = .seconds(5 * 60)

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
