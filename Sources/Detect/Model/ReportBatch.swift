/// Reports as a face collects them: each is checked for content when it is added, and one that is
/// invalid is rejected alone while the rest of the batch goes on (evaluation.md 2).
package struct ReportBatch: Sendable {
  /// The reports whose content is valid, in the order in which they were added.
  package private(set) var reports: [MetricReport] = []
  /// For each of `reports`, its index in the batch as it was sent.
  package private(set) var indices: [Int] = []
  /// The reports whose content is not, by rising index.
  package private(set) var rejections: [ReportRejection] = []

  private let metrics: MetricDefinitions
  private let requiresIDs: Bool
  private let isAllowed: @Sendable (String) -> Bool

  /// An empty batch.
  ///
  /// - Parameters:
  ///   - metrics: the metrics that may be reported.
  ///   - requiresIDs: whether a report without an id is invalid. A backtest looks at no ids.
  ///   - isAllowed: whether the sender may report what was measured on the thing of this name.
  package init(
    of metrics: MetricDefinitions = .init(), requiringIDs requiresIDs: Bool = true,
    isAllowed: @escaping @Sendable (String) -> Bool = { _ in true }
  ) {
    self.metrics = metrics
    self.requiresIDs = requiresIDs
    self.isAllowed = isAllowed
  }

  /// Reports added so far, valid or not.
  package var count: Int { reports.count + rejections.count }

  /// Checks one report and takes it or rejects it.
  ///
  /// - Parameters:
  ///   - thingName: 1...128 bytes without control characters.
  ///   - id: the report's identifier; 0 stands for none.
  ///   - time: the sender's own time in milliseconds since the epoch, nil for the time of receipt.
  ///   - datapoints: in the order sent.
  package mutating func add(
    thingName: String, id: UInt64, time: Int64?, datapoints: [SentDatapoint]
  ) {
    do {
      add(
        try MetricReport(
          validating: thingName, id: requiresIDs ? id : max(id, 1), time: time,
          datapoints: datapoints, metrics))
    } catch {
      rejections.append(
        ReportRejection(index: count, reason: .invalid, field: error.field, message: error.message))
    }
  }

  /// Takes a report whose content is known to be valid, or rejects it if its sender may not report for its
  /// thing: only now, since whether content is valid is no secret, and what is known of a thing is one.
  package mutating func add(_ report: MetricReport) {
    guard isAllowed(report.thing.text) else {
      return rejections.append(
        ReportRejection(
          index: count, reason: .permissionDenied, field: "thing_name",
          message: "the caller may not report for this thing"))
    }
    indices.append(count)
    reports.append(report)
  }
}

/// A datapoint as it was sent, not checked yet.
package struct SentDatapoint: Sendable {
  /// The API's name of the metric.
  package var metric: String
  /// Nil where it is missing.
  package var value: MetricValue?
  /// Nil where it is not known.
  package var topic: String?

  package init(_ metric: String, _ value: MetricValue?, topic: String? = nil) {
    self.metric = metric
    self.value = value
    self.topic = topic
  }
}

/// What is wrong with a report's content.
package struct ReportFault: Error {
  /// The path from the report, or from the datapoint where that is checked.
  package var field: String
  /// For the sender.
  package var message: String
}

extension ThingName {
  /// A name as a report may have it: 1...128 bytes without control characters.
  package init(validating name: String) throws(ReportFault) {
    guard !name.isEmpty else {
      throw ReportFault(field: "thing_name", message: "a thing name is required")
    }
    guard name.utf8.count <= Limits.thingNameBytes else {
      throw ReportFault(
        field: "thing_name", message: "the thing name is over \(Limits.thingNameBytes) bytes")
    }
    guard !name.unicodeScalars.contains(where: \.isControl) else {
      throw ReportFault(
        field: "thing_name", message: "the thing name contains control characters")
    }
    self.init(name)
  }
}

extension MetricReport {
  init(
    validating thingName: String, id: UInt64, time: Int64?, datapoints: [SentDatapoint],
    _ metrics: MetricDefinitions
  ) throws(ReportFault) {
    let thing = try ThingName(validating: thingName)
    guard id > 0 else {
      throw ReportFault(field: "report_id", message: "a positive report id is required")
    }
    guard datapoints.count <= Limits.datapointsPerReport else {
      throw ReportFault(
        field: "datapoints", message: "more than \(Limits.datapointsPerReport) datapoints")
    }
    var judged: [ReportedDatapoint] = []
    var topics: [ReportedTopic] = []
    judged.reserveCapacity(datapoints.count)
    for (index, datapoint) in datapoints.enumerated() {
      do throws(ReportFault) {
        judged.append(try ReportedDatapoint(validating: datapoint, metrics))
        guard let topic = datapoint.topic else { continue }
        guard topics.count < Limits.topicsPerReport else {
          throw ReportFault(
            field: "topic", message: "more than \(Limits.topicsPerReport) datapoints with a topic")
        }
        topics.append(ReportedTopic(datapoint: index, topic: topic))
      } catch {
        throw ReportFault(field: "datapoints[\(index)].\(error.field)", message: error.message)
      }
    }
    self.init(thing: thing, id: id, time: time, datapoints: judged, topics: topics)
  }
}

extension ReportedDatapoint {
  /// A datapoint whose content is valid. A fault's path begins at the datapoint.
  package init(
    validating sent: SentDatapoint, _ metrics: MetricDefinitions
  ) throws(ReportFault) {
    guard let description = metrics.named(sent.metric) else {
      throw ReportFault(field: "metric", message: "unknown metric \(quoted(sent.metric))")
    }
    guard let value = sent.value else {
      throw ReportFault(field: "value", message: "a value is required")
    }
    if let topic = sent.topic { try Self.check(topic, of: description) }
    self.init(
      metric: description.metric, value: try ReportedValue(validating: value, description))
  }

  /// Wildcards are let through: a subscription that was refused is reported under its filter.
  private static func check(
    _ topic: String, of metric: MetricDescription
  ) throws(ReportFault) {
    guard metric.allowsDimension else {
      throw ReportFault(field: "topic", message: "\(metric.name) is not counted by topic")
    }
    guard (1...Limits.topicBytes).contains(topic.utf8.count) else {
      throw ReportFault(field: "topic", message: "a topic has 1 to \(Limits.topicBytes) bytes")
    }
    guard !topic.unicodeScalars.contains(where: \.isControl) else {
      throw ReportFault(field: "topic", message: "the topic contains control characters")
    }
  }
}

extension ReportedValue {
  fileprivate init(
    validating value: MetricValue, _ description: MetricDescription
  ) throws(ReportFault) {
    switch (description.kind, value) {
    case (.count, .count(let count)):
      guard count >= 0 else {
        throw ReportFault(field: "value.count", message: "a count is 0 or more")
      }
      self = .count(count)
    case (.cidrs, .cidrs(let texts)):
      let rule = "not an IPv4 or IPv6 address"
      let addresses = try Self.elements(texts, "value.cidrs", rule) { IPAddress($0) }
      self = .addresses(ReportedAddresses(texts: texts, addresses: addresses))
    case (.ports, .ports(let numbers)):
      self = .ports(
        try Self.elements(numbers, "value.ports", "a port is in 1...65535") { number in
          UInt16(exactly: number).flatMap { $0 > 0 ? $0 : nil }
        })
    case (.number, .number(let number)):
      guard number.isFinite else {
        throw ReportFault(field: "value.number", message: "a number is finite")
      }
      self = .number(number)
    case (.numbers, .numbers(let numbers)):
      self = .numbers(
        try Self.elements(numbers, "value.numbers", "a number is finite") { number in
          number.isFinite ? number : nil
        })
    case (.strings, .strings(let texts)):
      let rule =
        "a string is at most \(Limits.reportedStringBytes) letters, digits, spaces and :_-/."
      self = .strings(
        try Self.elements(texts, "value.strings", rule) { Self.isReportable($0) ? $0 : nil })
    default:
      throw ReportFault(
        field: "value", message: "\(description.name) is measured in \(description.kind.fieldName)")
    }
  }

  /// Whether a thing may report this text (evidence.md U6).
  static func isReportable(_ text: String) -> Bool {
    text.utf8.count <= Limits.reportedStringBytes
      && text.utf8.allSatisfy { FieldCheck.isAlphanumeric($0) || " :_-/.".utf8.contains($0) }
  }

  /// Checks each element of a list.
  private static func elements<Sent, Checked>(
    _ sent: [Sent], _ field: String, _ message: String, _ check: (Sent) -> Checked?
  ) throws(ReportFault) -> [Checked] {
    guard sent.count <= Limits.elementsPerDatapoint else {
      throw ReportFault(
        field: field, message: "more than \(Limits.elementsPerDatapoint) elements")
    }
    var elements: [Checked] = []
    elements.reserveCapacity(sent.count)
    for (index, element) in sent.enumerated() {
      guard let checked = check(element) else {
        throw ReportFault(field: "\(field)[\(index)]", message: message)
      }
      elements.append(checked)
    }
    return elements
  }
}

extension Unicode.Scalar {
  /// Whether it is a control character (general category Cc, which Unicode has closed).
  var isControl: Bool { value < 0x20 || (0x7f...0x9f).contains(value) }
}

extension MetricKind {
  /// The member of the API's MetricValue that holds values of this kind.
  package var fieldName: String {
    switch self {
    case .count: "count"
    case .cidrs: "cidrs"
    case .ports: "ports"
    case .number: "number"
    case .numbers: "numbers"
    case .strings: "strings"
    }
  }
}
