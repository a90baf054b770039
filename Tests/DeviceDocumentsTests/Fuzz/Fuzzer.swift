@testable import Detect
@testable import DeviceDocuments

/// What is tried with any bytes at all. `make test` tries the committed corpus and what is near it;
/// `make fuzz-rpc` lets libFuzzer search.
enum Fuzzer: String, CaseIterable {
  case json
  case cbor

  /// What went wrong with this input, if anything did.
  func fault(_ input: [UInt8]) -> String? {
    let format: DocumentFormat = self == .json ? .json : .cbor
    guard let value = try? DocumentValue(input, as: format) else {
      return (try? report(input, as: format)) == nil ? nil : "a report of what is no document"
    }
    if value.depth > Limits.documentDepth { return "\(value.depth) levels" }
    if value.count > Limits.documentValues { return "\(value.count) values" }
    return value.faultOfEncoding ?? Self.faultOfReport(value, input, format)
  }

  private static func faultOfReport(
    _ value: DocumentValue, _ input: [UInt8], _ format: DocumentFormat
  ) -> String? {
    guard let report = try? DeviceReport(input, as: format, of: "lamp", .sample) else { return nil }
    if report.report.id == 0 { return "a report without an id" }
    if report.report.datapoints.count > Detect.Limits.datapointsPerReport { return "too long" }
    let other = try? DeviceReport(value.cbor, as: .cbor, of: "lamp", .sample)
    return other == report ? nil : "the same in CBOR is \(String(describing: other))"
  }

  private func report(_ input: [UInt8], as format: DocumentFormat) throws -> DeviceReport {
    try DeviceReport(input, as: format, of: "lamp", .sample)
  }
}

extension DocumentValue {
  private var children: [DocumentValue] {
    switch self {
    case .list(let elements): elements
    case .object(let members): Array(members.values)
    default: []
    }
  }

  fileprivate var depth: Int { 1 + (children.map(\.depth).max() ?? 0) }
  fileprivate var count: Int { children.reduce(1) { $0 + $1.count } }

  /// Whether all of it can be said in JSON too.
  private var isJSON: Bool {
    switch self {
    case .number(.real(let real)): real.isFinite
    case .text(let text): !text.contains("\0")
    case .object(let members):
      members.keys.allSatisfy { !$0.contains("\0") } && children.allSatisfy(\.isJSON)
    default: children.allSatisfy(\.isJSON)
    }
  }

  fileprivate var faultOfEncoding: String? {
    guard let fromCBOR = try? DocumentValue(cbor: cbor), fromCBOR.cbor == cbor else {
      return "CBOR does not come back"
    }
    guard isJSON else { return nil }
    guard let fromJSON = try? DocumentValue(json: json), fromJSON == self else {
      return "JSON does not come back"
    }
    return nil
  }
}
