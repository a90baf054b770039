internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Streams events as they happen, until the client ends the call or the server shuts down.
  func watchViolationEvents(
    _ request: [UInt8], send: @escaping Send
  ) async throws(RPCStatus) {
    let start = try unsafe decode(request, detect__v1__watch_violation_events_request__init) {
      request in
      unsafe optional(request.optional_after_sequence_case, request.after_sequence)
    }
    let isShutDown = try await drain.interrupts { () async throws(RPCStatus) in
      var sequence = Int64(clamping: start ?? 0)
      if start == nil {
        sequence = backend.service.newestSequence
        try await send(step(sequence, nil))
      }
      while !Task.isCancelled {
        let events = try await events(after: sequence)
        for event in events {
          try await send(step(event.sequence, event))
          sequence = event.sequence
        }
      }
      throw RPCStatus(.cancelled, "the call is over")
    }
    if isShutDown { throw .shutdown }
  }

  /// The next events, at least one unless the task is cancelled.
  private func events(after sequence: Int64) async throws(RPCStatus) -> [ViolationEvent] {
    try await backend.call { service async throws(DetectError) in
      try await service.violationEvents(after: sequence)
    }
  }

  private func step(_ sequence: Int64, _ event: ViolationEvent?) -> [UInt8] {
    unsafe encode(detect__v1__watch_violation_events_response__init) { response, arena in
      unsafe response.sequence_number = UInt64(sequence)
      if let event { unsafe response.violation_event = arena.violationEvent(event) }
    }
  }
}
