internal import Detect

/// What a device reported, and what of it was left out.
struct DeviceReport: Equatable {
  var report: MetricReport
  var dropped: [DroppedMetric] = []

  /// Reads a document.
  ///
  /// - Parameter metrics: the metrics that may be reported.
  /// - Throws: a fault that rejects the whole report.
  init(
    _ bytes: [UInt8], as format: DocumentFormat, of thing: String, _ metrics: MetricDefinitions
  ) throws(DocumentFault) {
    let document = try DeviceDocument(DocumentValue(bytes, as: format))
    do throws(ReportFault) {
      report = MetricReport(
        thing: try ThingName(validating: thing), id: document.reportID, datapoints: [])
    } catch {
      throw DocumentFault(error.message)
    }
    for metric in document.metrics {
      do throws(ContentFault) {
        report.datapoints.append(try metric.datapoint(metrics))
      } catch {
        dropped.append(DroppedMetric(path: metric.path + error.element, reason: error.reason))
      }
    }
  }
}

/// Why the content of a metric is not acceptable.
private struct ContentFault: Error {
  /// `[2]` where it is an element of a list, else empty.
  var element = ""
  var reason: String
}

extension DeviceDocument.Metric {
  /// The metric as the domain has it.
  fileprivate func datapoint(
    _ metrics: MetricDefinitions
  ) throws(ContentFault) -> ReportedDatapoint {
    // Or a device could report what only a broker can know.
    guard isCustom == (Detect.Metric.named(name) == nil) else {
      throw ContentFault(reason: "\(quoted(name)) is no custom metric")
    }
    let sent = SentDatapoint(name, try content.value())
    do throws(ReportFault) {
      return try ReportedDatapoint(validating: sent, metrics)
    } catch {
      let element = error.field.firstIndex(of: "[").map { String(error.field[$0...]) } ?? ""
      throw ContentFault(element: element, reason: error.message)
    }
  }
}

extension DeviceDocument.Content {
  /// The value, of the kind that the API has for it.
  fileprivate func value() throws(ContentFault) -> MetricValue {
    switch self {
    case .count(let number):
      guard let count = number.whole else { throw ContentFault(reason: "a count is whole") }
      return .count(count)
    case .ports(let numbers):
      return .ports(try Self.map(numbers, \.whole, else: "a port is whole"))
    case .remoteAddresses(let texts):
      return .cidrs(
        try Self.map(texts, RemoteAddress.address, else: "the address in it is cut or missing"))
    case .number(let number): return .number(number.double)
    case .numbers(let numbers): return .numbers(numbers.map(\.double))
    case .strings(let texts): return .strings(texts)
    case .addresses(let texts): return .cidrs(texts)
    }
  }

  private static func map<Element, Value>(
    _ elements: [Element], _ value: (Element) -> Value?, else reason: String
  ) throws(ContentFault) -> [Value] {
    var values: [Value] = []
    for (index, element) in elements.enumerated() {
      guard let value = value(element) else {
        throw ContentFault(element: "[\(index)]", reason: reason)
      }
      values.append(value)
    }
    return values
  }
}
