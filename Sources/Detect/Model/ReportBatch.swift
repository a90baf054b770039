/// Reports as a face collects them: each is checked for content when it is added, and one that is
/// invalid is rejected alone while the rest of the batch goes on (evaluation.md 2).
package struct ReportBatch: Sendable {
  /// The reports whose content is valid, in the order in which they were added.
  package private(set) var reports: [MetricReport] = []
  /// For each of `reports`, its index in the batch as it was sent.
  package private(set) var indices: [Int] = []
  /// The reports whose content is not, by rising index.
  package private(set) var rejections: [ReportRejection] = []

  package init() {}

  /// Reports added so far, valid or not.
  package var count: Int { reports.count + rejections.count }

  /// Checks one report and takes it or rejects it.
  ///
  /// - Parameters:
  ///   - thingName: 1...128 bytes without control characters.
  ///   - id: the report's identifier; 0 stands for none.
  ///   - time: the sender's own time in milliseconds since the epoch, nil for the time of receipt.
  ///   - datapoints: API names of metrics with their values, in the order sent; a value that is missing
  ///     is nil.
  package mutating func add(
    thingName: String, id: UInt64, time: Int64?,
    datapoints: [(metric: String, value: MetricValue?)]
  ) {
    do {
      let report = try MetricReport(
        validating: thingName, id: id, time: time, datapoints: datapoints)
      indices.append(count)
      reports.append(report)
    } catch {
      rejections.append(
        ReportRejection(index: count, reason: .invalid, field: error.field, message: error.message))
    }
  }
}

/// What is wrong with a report's content.
struct ReportFault: Error {
  var field: String
  var message: String
}

extension MetricReport {
  init(
    validating thingName: String, id: UInt64, time: Int64?,
    datapoints: [(metric: String, value: MetricValue?)]
  ) throws(ReportFault) {
    guard !thingName.isEmpty else {
      throw ReportFault(field: "thing_name", message: "a thing name is required")
    }
    guard thingName.utf8.count <= Limits.thingNameBytes else {
      throw ReportFault(
        field: "thing_name", message: "the thing name is over \(Limits.thingNameBytes) bytes")
    }
    guard !thingName.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else {
      throw ReportFault(
        field: "thing_name", message: "the thing name contains control characters")
    }
    guard id > 0 else {
      throw ReportFault(field: "report_id", message: "a positive report id is required")
    }
    var judged: [ReportedDatapoint] = []
    judged.reserveCapacity(datapoints.count)
    for (index, datapoint) in datapoints.enumerated() {
      judged.append(
        try ReportedDatapoint(
          validating: datapoint.metric, datapoint.value, field: "datapoints[\(index)]"))
    }
    self.init(thing: ThingName(thingName), id: id, time: time, datapoints: judged)
  }
}

extension ReportedDatapoint {
  fileprivate init(
    validating name: String, _ value: MetricValue?, field: String
  ) throws(ReportFault) {
    guard let description = Metric.named(name) else {
      throw ReportFault(field: "\(field).metric", message: "unknown metric \(name)")
    }
    guard let value else {
      throw ReportFault(field: "\(field).value", message: "a value is required")
    }
    switch (description.kind, value) {
    case (.count, .count(let count)):
      guard count >= 0 else {
        throw ReportFault(field: "\(field).value.count", message: "a count is 0 or more")
      }
      self.init(metric: description.metric, value: .count(count))
    case (.cidrs, .cidrs(let texts)):
      var addresses: [ReportedAddress] = []
      addresses.reserveCapacity(texts.count)
      for (index, text) in texts.enumerated() {
        guard let address = IPAddress(text) else {
          throw ReportFault(
            field: "\(field).value.cidrs[\(index)]", message: "not an IPv4 or IPv6 address")
        }
        addresses.append(ReportedAddress(text: text, address: address))
      }
      self.init(metric: description.metric, value: .addresses(addresses))
    case (.ports, .ports(let numbers)):
      var ports: [UInt16] = []
      ports.reserveCapacity(numbers.count)
      for (index, number) in numbers.enumerated() {
        guard let port = UInt16(exactly: number), port > 0 else {
          throw ReportFault(
            field: "\(field).value.ports[\(index)]", message: "a port is in 1...65535")
        }
        ports.append(port)
      }
      self.init(metric: description.metric, value: .ports(ports))
    default:
      throw ReportFault(
        field: "\(field).value", message: "\(name) is measured in \(description.kind.fieldName)")
    }
  }
}

extension MetricKind {
  /// The member of the API's MetricValue that holds values of this kind.
  package var fieldName: String {
    switch self {
    case .count: "count"
    case .cidrs: "cidrs"
    case .ports: "ports"
    }
  }
}
