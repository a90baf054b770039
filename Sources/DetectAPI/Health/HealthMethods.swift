internal import CDetectProto
internal import RPC

/// `grpc.health.v1.Health`: whether the server takes calls, as a whole ("") and for each service.
struct HealthMethods: Sendable {
  /// Full names of the services there are.
  let services: Set<String>
  let drain: Drain

  /// The name that a request asks for.
  func service(in request: [UInt8]) throws(RPCStatus) -> String {
    try unsafe decode(request, grpc__health__v1__health_check_request__init) { request in
      unsafe text(request.service)
    }
  }

  /// Whether there is such a service. The server as a whole is one.
  func isKnown(_ service: String) -> Bool {
    service.isEmpty || services.contains(service)
  }

  /// A serialized response.
  func response(_ status: ServingStatus) -> [UInt8] {
    unsafe encode(grpc__health__v1__health_check_response__init) { response, _ in
      unsafe response.status = Grpc__Health__V1__HealthCheckResponse__ServingStatus(status.rawValue)
    }
  }
}

/// The statuses of the protocol, by their numbers.
enum ServingStatus: UInt32 {
  case serving = 1
  case notServing = 2
  case serviceUnknown = 3
}
