internal import Detect

/// A document whose structure is right (evidence.md 3.1). Whether its content is acceptable is not looked at:
/// a wrong structure rejects the report, wrong content one metric of it (U10).
struct DeviceDocument {
  /// A metric as the document has it.
  struct Metric {
    /// The API's name, or that of a custom metric.
    var name: String
    var isCustom = false
    /// Where its value stands, in the names that the document uses.
    var path: String
    var content: Content
  }

  /// A value, as far as its structure says what it is.
  enum Content {
    case count(DocumentNumber)
    case ports([DocumentNumber])
    /// `address:port` each, in the ways of `RemoteAddress`.
    case remoteAddresses([String])
    case number(DocumentNumber)
    case numbers([DocumentNumber])
    case strings([String])
    case addresses([String])
  }

  /// Positive.
  let reportID: UInt64
  private(set) var metrics: [Metric] = []

  /// Reads a document. Members that it does not know do not matter.
  init(_ root: DocumentValue) throws(DocumentFault) {
    let root = Node(path: "", value: root)
    let header = try root.required(.header)
    reportID = try Self.reportID(try header.required(.reportID))
    try Self.checkVersion(try header.required(.version))
    let metrics = try root.member(.metrics)
    let customMetrics = try root.member(.customMetrics)
    guard metrics != nil || customMetrics != nil else {
      throw root.fault("neither metrics nor custom_metrics is there")
    }
    try metrics.map { metrics throws(DocumentFault) in try read(metrics) }
    try customMetrics.map { metrics throws(DocumentFault) in try readCustom(metrics) }
  }

  private static func reportID(_ node: Node) throws(DocumentFault) -> UInt64 {
    guard let id = try node.number().whole, id > 0 else {
      throw node.fault("a positive integer is needed")
    }
    return UInt64(id)
  }

  /// `Major.Minor`. All agents send 1.0; there is no other version to tell it from.
  private static func checkVersion(_ node: Node) throws(DocumentFault) {
    let parts = try node.text().split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy(Self.isNumber) else {
      throw node.fault("Major.Minor is needed")
    }
  }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  // MARK: AWS's metrics

  private mutating func read(_ metrics: Node) throws(DocumentFault) {
    try readPorts(
      try metrics.member(.listeningTCPPorts), "aws:listening-tcp-ports",
      total: "aws:num-listening-tcp-ports")
    try readPorts(
      try metrics.member(.listeningUDPPorts), "aws:listening-udp-ports",
      total: "aws:num-listening-udp-ports")
    try readNetwork(try metrics.member(.networkStats))
    try readConnections(try metrics.member(.tcpConnections)?.member(.establishedConnections))
  }

  private mutating func readPorts(
    _ node: Node?, _ name: String, total: String
  ) throws(DocumentFault) {
    guard let node else { return }
    let list = try node.member(.ports)
    let items = try list?.elements()
    if let list, let items {
      var ports: [DocumentNumber] = []
      for item in items {
        _ = try item.member(.interface)?.text()
        // The table of members does not require it.
        guard let port = try item.member(.port) else { continue }
        ports.append(try port.number(from: 1))
      }
      metrics.append(Metric(name: name, path: list.path, content: .ports(ports)))
    }
    try readTotal(of: node, total, list: list, count: items?.count)
  }

  /// Agents that send a sample of a list send the true number beside it (evidence.md U4).
  private mutating func readTotal(
    of node: Node, _ name: String, list: Node?, count: Int?
  ) throws(DocumentFault) {
    if let total = try node.member(.total) {
      let number = try total.number(from: 0)
      metrics.append(Metric(name: name, path: total.path, content: .count(number)))
    } else if let list, let count {
      metrics.append(
        Metric(name: name, path: list.path, content: .count(.integer(Int64(count)))))
    }
  }

  private mutating func readNetwork(_ node: Node?) throws(DocumentFault) {
    let counters: [(Tag, String)] = [
      (.bytesIn, "aws:all-bytes-in"), (.bytesOut, "aws:all-bytes-out"),
      (.packetsIn, "aws:all-packets-in"), (.packetsOut, "aws:all-packets-out"),
    ]
    for (tag, name) in counters {
      guard let counter = try node?.member(tag) else { continue }
      let number = try counter.number(from: 0)
      metrics.append(Metric(name: name, path: counter.path, content: .count(number)))
    }
  }

  private mutating func readConnections(_ node: Node?) throws(DocumentFault) {
    guard let node else { return }
    let list = try node.member(.connections)
    let items = try list?.elements()
    if let list, let items {
      var addresses: [String] = []
      for item in items {
        addresses.append(try item.required(.remoteAddress).text())
        _ = try item.member(.localInterface)?.text()
        _ = try item.member(.localPort)?.number(from: 0)
      }
      metrics.append(
        Metric(
          name: "aws:destination-ip-addresses", path: list.path,
          content: .remoteAddresses(addresses)))
    }
    try readTotal(of: node, "aws:num-established-tcp-connections", list: list, count: items?.count)
  }

  // MARK: Custom metrics

  /// By name, so that equal documents are read alike.
  private mutating func readCustom(_ node: Node) throws(DocumentFault) {
    for (name, value) in try node.members().sorted(by: { $0.key < $1.key }) {
      let metric = Node(path: "\(node.path).\(quoted(name))", value: value)
      let values = try metric.elements()
      guard values.count == 1, let member = try values[0].members().first,
        try values[0].members().count == 1
      else {
        throw metric.fault("a list of one object with one member is needed")
      }
      let value = Node(path: "\(values[0].path).\(quoted(member.key))", value: member.value)
      metrics.append(
        Metric(
          name: name, isCustom: true, path: value.path,
          content: try Self.content(value, type: member.key)))
    }
  }

  /// These names have no short forms.
  private static func content(_ node: Node, type: String) throws(DocumentFault) -> Content {
    switch type {
    case "number": return .number(try node.number())
    case "number_list":
      return .numbers(try node.elements().map { n throws(DocumentFault) in try n.number() })
    case "string_list":
      return .strings(try node.elements().map { n throws(DocumentFault) in try n.text() })
    case "ip_list":
      return .addresses(try node.elements().map { n throws(DocumentFault) in try n.text() })
    default: throw node.fault("number, number_list, string_list or ip_list is needed")
    }
  }
}
