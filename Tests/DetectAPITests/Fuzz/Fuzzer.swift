import Access
import CDetectProto
@testable import Detect
@testable import DetectAPI
import RPC

/// What is tried with any bytes at all. `make test` tries the committed corpus and what is near it;
/// `make fuzz-rpc` lets libFuzzer search.
enum Fuzzer: String, CaseIterable {
  /// A request, of the kind that its first byte says.
  case requests
  /// A batch of reports.
  case reports

  /// What went wrong with this input, if anything did.
  func fault(_ input: [UInt8]) -> String? {
    switch self {
    case .requests: Self.requestFault(input)
    case .reports: Self.reportsFault(input)
    }
  }

  /// Those that hold every form of field there is: texts, numbers, enums, maps, lists, oneofs.
  private static func requestFault(_ input: [UInt8]) -> String? {
    guard let kind = input.first else { return nil }
    let bytes = Array(input.dropFirst())
    return switch kind % 8 {
    case 0: unsafe fault(bytes, detect__v1__create_security_profile_request__init)
    case 1: unsafe fault(bytes, detect__v1__report_metrics_request__init)
    case 2: unsafe fault(bytes, detect__v1__backtest_request__init)
    case 3: unsafe fault(bytes, detect__v1__create_thing_request__init)
    case 4: unsafe fault(bytes, detect__v1__list_metric_values_request__init)
    case 5: unsafe fault(bytes, detect__v1__put_device_report_request__init)
    case 6: unsafe fault(bytes, detect__v1__create_dimension_request__init)
    default: unsafe fault(bytes, grpc__reflection__v1__server_reflection_request__init)
    }
  }

  /// What is read can be written, and is then read as the same; what is not is an invalid argument.
  private static func fault<Message>(
    _ bytes: [UInt8], _ initialize: (UnsafeMutablePointer<Message>?) -> Void
  ) -> String? {
    let written: [UInt8]
    do throws(RPCStatus) {
      written = try unsafe rewritten(bytes, initialize)
    } catch {
      return error.code == .invalidArgument ? nil : "\(error)"
    }
    guard let again = try? unsafe rewritten(written, initialize) else {
      return "it is not read again"
    }
    return again == written ? nil : "it is read as \(written), and then as \(again)"
  }

  private static func rewritten<Message>(
    _ bytes: [UInt8], _ initialize: (UnsafeMutablePointer<Message>?) -> Void
  ) throws(RPCStatus) -> [UInt8] {
    try unsafe decode(bytes, initialize) { message in
      unsafe withUnsafePointer(to: message) { message in
        let message = unsafe UnsafeRawPointer(message).assumingMemoryBound(
          to: ProtobufCMessage.self)
        return unsafe [UInt8](
          unsafeUninitializedCapacity: protobuf_c_message_get_packed_size(message)
        ) { bytes, count in
          guard let start = bytes.baseAddress else { return }
          count = unsafe protobuf_c_message_pack(message, start)
        }
      }
    }
  }

  private static let metrics = {
    var metrics = MetricDefinitions()
    metrics.insert(
      CustomMetric(
        name: "heat", type: .number, number: 64, clientRequestToken: "", creationDate: 0,
        lastModifiedDate: 0))
    return metrics
  }()

  /// What our reader reads, protobuf-c reads as well, and the same.
  private static func reportsFault(_ input: [UInt8]) -> String? {
    let fields = ReportBatchFields(number: 1, reports: 2)
    guard let (number, batch) = reportBatch(in: input, fields, of: metrics, .everything) else {
      return nil
    }
    do throws(RPCStatus) {
      let (otherNumber, other) = try unsafe decode(input, detect__v1__report_metrics_request__init)
      {
        request throws(RPCStatus) in
        try unsafe (
          request.batch_number, reportBatch(request.reports, request.n_reports, of: metrics)
        )
      }
      if number != otherNumber { return "the number is \(number), or \(otherNumber)" }
      if batch.reports != other.reports { return "\(batch.reports), or \(other.reports)" }
      if batch.indices != other.indices { return "\(batch.indices), or \(other.indices)" }
      return batch.rejections == other.rejections
        ? nil : "\(batch.rejections), or \(other.rejections)"
    } catch {
      return "we read what protobuf-c does not: \(error)"
    }
  }
}
