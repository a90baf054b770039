internal import CDetectProto
internal import RPC

/// `grpc.reflection.v1.ServerReflection` and, the same on the wire, `v1alpha`: the contract, for tools
/// that have no copy of it.
struct ServerReflectionMethods: Sendable {
  let index: DescriptorIndex

  /// Answers each request with one response, in order.
  func serverReflectionInfo(next: Next, send: Send) async throws(RPCStatus) {
    while let request = try await next() {
      try await send(try response(to: request))
    }
  }

  /// The serialized response to a serialized request.
  func response(to bytes: [UInt8]) throws(RPCStatus) -> [UInt8] {
    try unsafe decode(bytes, grpc__reflection__v1__server_reflection_request__init) { request in
      unsafe encode(grpc__reflection__v1__server_reflection_response__init) { response, arena in
        unsafe response.valid_host = request.host
        unsafe response.original_request = arena.message(
          grpc__reflection__v1__server_reflection_request__init
        ) { original, _ in unsafe original = request }
        unsafe answer(to: request).fill(&response, arena)
      }
    }
  }

  private func answer(to request: Grpc__Reflection__V1__ServerReflectionRequest) -> Answer {
    switch unsafe request.message_request_case {
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME:
      let name = unsafe text(request.file_by_filename)
      return index.files[name] == nil
        ? .error(.notFound, "there is no file \(name)") : .files(index.descriptors(ofFile: name))
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL:
      let symbol = unsafe text(request.file_containing_symbol)
      guard let file = index.fileOfSymbol[symbol] else {
        return .error(.notFound, "there is no symbol \(symbol)")
      }
      return .files(index.descriptors(ofFile: file))
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION:
      return .error(.notFound, "there are no extensions")
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE:
      let type = unsafe text(request.all_extension_numbers_of_type)
      return index.fileOfSymbol[type] == nil
        ? .error(.notFound, "there is no type \(type)") : .noExtensions(of: type)
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES:
      return .services(index.services)
    default:
      return .error(.invalidArgument, "nothing is asked for")
    }
  }
}

/// What a response says.
private enum Answer {
  case files([[UInt8]])
  case services([String])
  case noExtensions(of: String)
  case error(RPCStatus.Code, String)

  func fill(_ response: inout Grpc__Reflection__V1__ServerReflectionResponse, _ arena: Arena) {
    switch self {
    case .files(let descriptors):
      unsafe response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE
      unsafe response.file_descriptor_response = arena.message(
        grpc__reflection__v1__file_descriptor_response__init
      ) { message, arena in
        unsafe (message.n_file_descriptor_proto, message.file_descriptor_proto) =
          arena.repeated(descriptors) { unsafe arena.bytes($0) }
      }
    case .services(let names):
      unsafe response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE
      unsafe response.list_services_response = arena.message(
        grpc__reflection__v1__list_service_response__init
      ) { message, arena in
        unsafe (message.n_service, message.service) = arena.messages(
          names, grpc__reflection__v1__service_response__init
        ) { name, service, arena in unsafe service.name = arena.text(name) }
      }
    case .noExtensions(let type):
      unsafe response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ALL_EXTENSION_NUMBERS_RESPONSE
      unsafe response.all_extension_numbers_response = arena.message(
        grpc__reflection__v1__extension_number_response__init
      ) { message, arena in unsafe message.base_type_name = arena.text(type) }
    case .error(let code, let message):
      unsafe response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE
      unsafe response.error_response = arena.message(grpc__reflection__v1__error_response__init) {
        error, arena in
        unsafe error.error_code = Int32(code.rawValue)
        unsafe error.error_message = arena.text(message)
      }
    }
  }
}
