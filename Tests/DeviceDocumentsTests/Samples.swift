@testable import Detect

extension MetricDefinitions {
  /// AWS's metrics, and a custom one of each type.
  static let sample: MetricDefinitions = {
    var definitions = MetricDefinitions()
    let types: [(String, CustomMetricType)] = [
      ("temperature", .number), ("gpio", .numberList), ("ssids", .stringList),
      ("peers", .ipAddressList),
    ]
    for (index, (name, type)) in types.enumerated() {
      definitions.insert(
        CustomMetric(
          name: name, type: type, number: UInt16(1000 + index), clientRequestToken: name,
          creationDate: 0, lastModifiedDate: 0))
    }
    return definitions
  }()
}

extension ReportedDatapoint {
  /// Metric and value, for a test to compare.
  var text: String {
    let custom = ["temperature", "gpio", "ssids", "peers"]
    let name = metric.ofAWS?.name ?? custom[Int(metric.number) - 1000]
    return switch value {
    case .count(let count): "\(name) \(count)"
    case .number(let number): "\(name) \(number)"
    case .ports(let ports): "\(name) \(ports)"
    case .numbers(let numbers): "\(name) \(numbers)"
    case .strings(let texts): "\(name) \(texts)"
    case .addresses(let addresses): "\(name) \(addresses.texts)"
    }
  }
}
