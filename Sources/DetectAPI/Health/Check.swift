internal import Detect
internal import RPC

extension HealthMethods {
  /// Returns the status now; NOT_FOUND where there is no such service.
  func check(_ request: [UInt8]) throws(RPCStatus) -> [UInt8] {
    let service = try service(in: request)
    guard isKnown(service) else {
      throw RPCStatus(DetectError.notFound("there is no service \(service)"))
    }
    return response(drain.hasBegun ? .notServing : .serving)
  }
}
