package import Detect

/// A document as it came.
package struct SentDocument: Sendable {
  /// The name of the thing, from wherever its sender is known by.
  package var thing: String
  package var format: DocumentFormat
  package var bytes: [UInt8]

  /// A document of the thing of this name.
  package init(of thing: String, as format: DocumentFormat, _ bytes: [UInt8]) {
    self.thing = thing
    self.format = format
    self.bytes = bytes
  }
}

/// The way of device documents into the service, whichever face they come by.
package struct DeviceReporting: Sendable {
  private let service: DetectService
  private let onDrop: @Sendable (String, [DroppedMetric]) -> Void

  /// - Parameter onDrop: told of each accepted report of which metrics were left out, with the name of
  ///   its thing.
  package init(
    service: DetectService, onDrop: @escaping @Sendable (String, [DroppedMetric]) -> Void
  ) {
    self.service = service
    self.onDrop = onDrop
  }

  /// Takes one document and answers it once it is durable.
  ///
  /// - Parameter isAllowed: whether its sender may report for the thing of this name.
  /// - Throws: `unavailable` where it was not taken for sure; it may be sent again.
  package func put(
    _ document: SentDocument, isAllowed: @escaping @Sendable (String) -> Bool
  ) async throws(DetectError) -> DeviceReportAnswer {
    guard let answer = try await put([document], isAllowed: isAllowed).first else {
      throw .internalFailure("a document without an answer")
    }
    return answer
  }

  /// Takes documents, in their order and in one group, and answers each once what was taken is durable.
  ///
  /// - Parameter isAllowed: whether their sender may report for the thing of this name.
  /// - Throws: `unavailable` where nothing was taken for sure; they may be sent again.
  package func put(
    _ documents: [SentDocument], isAllowed: @escaping @Sendable (String) -> Bool = { _ in true }
  ) async throws(DetectError) -> [DeviceReportAnswer] {
    let metrics = service.metrics
    let readings = documents.map { Reading(of: $0, metrics) }
    var batch = ReportBatch(of: metrics, isAllowed: isAllowed)
    for case .report(let report) in readings { batch.add(report.report) }
    let outcome = try await service.submit(batch).outcome()
    var rejections = outcome.rejections[...]
    var index = 0
    return zip(documents, readings).map { document, reading in
      let verdict: DeviceReportAnswer.Verdict
      switch reading {
      case .fault(let code, let message): verdict = .rejected(code, message: message)
      case .report(let report):
        if rejections.first?.index == index {
          verdict = .rejected(rejections.removeFirst())
        } else {
          verdict = .accepted(reportID: report.report.id, dropped: report.dropped)
          if !report.dropped.isEmpty { onDrop(document.thing, report.dropped) }
        }
        index += 1
      }
      return DeviceReportAnswer(
        thing: document.thing, timestamp: service.now, verdict: verdict)
    }
  }
}

/// A document, read or refused.
private enum Reading {
  case report(DeviceReport)
  case fault(DeviceReportAnswer.ErrorCode, String)

  init(of document: SentDocument, _ metrics: MetricDefinitions) {
    guard document.bytes.count <= Limits.documentBytes else {
      self = .fault(.tooLarge, "a report has at most \(Limits.documentBytes) bytes")
      return
    }
    do throws(DocumentFault) {
      self = .report(
        try DeviceReport(document.bytes, as: document.format, of: document.thing, metrics))
    } catch {
      self = .fault(.invalidPayload, "Malformed metrics report: \(error.text)")
    }
  }
}

extension DeviceReportAnswer.Verdict {
  fileprivate static func rejected(_ rejection: ReportRejection) -> Self {
    let code: DeviceReportAnswer.ErrorCode =
      switch rejection.reason {
      case .throttled: .throttled
      case .permissionDenied: .unauthorized
      case .invalid, .reportTooOld, .timeOutOfRange: .invalidPayload
      }
    return .rejected(code, message: rejection.message)
  }
}
