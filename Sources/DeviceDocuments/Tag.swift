/// A member's name, long and short. Agents mix them, so that each member may have either (evidence.md 3.1).
struct Tag {
  let long: String
  let short: String

  static let header = Tag(long: "header", short: "hed")
  static let reportID = Tag(long: "report_id", short: "rid")
  static let version = Tag(long: "version", short: "v")
  static let metrics = Tag(long: "metrics", short: "met")
  static let customMetrics = Tag(long: "custom_metrics", short: "cmet")

  static let tcpConnections = Tag(long: "tcp_connections", short: "tc")
  static let establishedConnections = Tag(long: "established_connections", short: "ec")
  static let connections = Tag(long: "connections", short: "cs")
  static let remoteAddress = Tag(long: "remote_addr", short: "rad")
  static let localPort = Tag(long: "local_port", short: "lp")
  static let localInterface = Tag(long: "local_interface", short: "li")

  static let listeningTCPPorts = Tag(long: "listening_tcp_ports", short: "tp")
  static let listeningUDPPorts = Tag(long: "listening_udp_ports", short: "up")
  static let ports = Tag(long: "ports", short: "pts")
  static let port = Tag(long: "port", short: "pt")
  static let interface = Tag(long: "interface", short: "if")
  static let total = Tag(long: "total", short: "t")

  static let networkStats = Tag(long: "network_stats", short: "ns")
  static let bytesIn = Tag(long: "bytes_in", short: "bi")
  static let bytesOut = Tag(long: "bytes_out", short: "bo")
  static let packetsIn = Tag(long: "packets_in", short: "pi")
  static let packetsOut = Tag(long: "packets_out", short: "po")
}
