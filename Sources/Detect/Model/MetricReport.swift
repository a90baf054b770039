/// What one device measured at one time, its texts already turned into values.
package struct MetricReport: Hashable, Sendable {
  package var thing: ThingName
  /// Positive, rising for one thing; a repeated one is acknowledged and ignored.
  package var id: UInt64
  /// The sender's own time in milliseconds since the epoch; nil means the time of receipt.
  package var time: Int64?
  /// In the order sent. The same metric may occur several times.
  package var datapoints: [ReportedDatapoint]
  /// Topics of some datapoints, by rising place. Most reports have none, and so pay nothing for them.
  package var topics: [ReportedTopic]

  package init(
    thing: ThingName, id: UInt64, time: Int64? = nil, datapoints: [ReportedDatapoint],
    topics: [ReportedTopic] = []
  ) {
    self.thing = thing
    self.id = id
    self.time = time
    self.datapoints = datapoints
    self.topics = topics
  }
}

/// One measured metric.
package struct ReportedDatapoint: Hashable, Sendable {
  package var metric: Metric
  package var value: ReportedValue

  package init(metric: Metric, value: ReportedValue) {
    self.metric = metric
    self.value = value
  }
}

/// The MQTT topic of the messages that a datapoint's value is about. Only of metrics that a dimension may narrow.
package struct ReportedTopic: Hashable, Sendable {
  /// The datapoint's index in its report.
  package var datapoint: Int
  /// 1...256 bytes.
  package var topic: String

  package init(datapoint: Int, topic: String) {
    self.datapoint = datapoint
    self.topic = topic
  }
}

/// A measured value, of the kind of its metric.
package enum ReportedValue: Hashable, Sendable {
  /// 0...2⁶³−1.
  case count(Int64)
  case addresses(ReportedAddresses)
  /// 1...65535 each.
  case ports([UInt16])
  /// Finite.
  case number(Double)
  /// Finite each.
  case numbers([Double])
  case strings([String])

  /// The value of a numeric metric as windows and thresholds have it; nil for a list.
  var amount: Int64? {
    switch self {
    case .count(let count): count
    case .number(let number): OrderedNumber.encode(number)
    case .addresses, .ports, .numbers, .strings: nil
    }
  }
}

/// Addresses as they were sent, and what they mean: two lists of one length, so that a set is asked
/// about all of them in one call.
package struct ReportedAddresses: Hashable, Sendable {
  package let texts: [String]
  package let addresses: [IPAddress]

  /// `addresses[i]` is what `texts[i]` means.
  package init(texts: [String], addresses: [IPAddress]) {
    precondition(texts.count == addresses.count, "each text has its address")
    self.texts = texts
    self.addresses = addresses
  }

  static func + (a: ReportedAddresses, b: ReportedAddresses) -> ReportedAddresses {
    ReportedAddresses(texts: a.texts + b.texts, addresses: a.addresses + b.addresses)
  }
}

/// Why a report was not taken (evaluation.md 2).
package struct ReportRejection: Hashable, Sendable {
  /// The reasons, in the order in which they are looked for.
  package enum Reason: UInt8, Sendable, CaseIterable {
    case invalid = 1
    case reportTooOld = 2
    case timeOutOfRange = 3
    case throttled = 4
    /// The sender may not report for this thing. Looked for after `invalid`.
    case permissionDenied = 5
  }

  /// The report's index in its batch, from 0.
  package var index: Int
  package var reason: Reason
  /// The path of the field at fault, empty where no field is.
  package var field: String
  /// What is wrong, for the sender.
  package var message: String

  package init(index: Int, reason: Reason, field: String = "", message: String) {
    self.index = index
    self.reason = reason
    self.field = field
    self.message = message
  }
}

/// What became of a batch of reports, once it is durable.
package struct BatchOutcome: Hashable, Sendable {
  /// Reports taken now.
  package var accepted: Int
  /// Reports known already; they changed nothing.
  package var duplicates: Int
  /// Reports not taken, by rising index.
  package var rejections: [ReportRejection]

  package init(accepted: Int = 0, duplicates: Int = 0, rejections: [ReportRejection] = []) {
    self.accepted = accepted
    self.duplicates = duplicates
    self.rejections = rejections
  }
}
