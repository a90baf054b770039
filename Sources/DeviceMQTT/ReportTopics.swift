internal import DeviceDocuments

/// The topics of reports and of their answers (evidence.md 3.3):
///
///     $aws/things/THING/defender/metrics/FORMAT             a report
///     $aws/things/THING/defender/metrics/FORMAT/accepted    its answer,
///     $aws/things/THING/defender/metrics/FORMAT/rejected    one of the two
package struct ReportTopics: Hashable, Sendable {
  /// What stands before the thing, without a slash behind it.
  private let prefix: String

  /// AWS's topics.
  package static let awsPrefix = "$aws/things"

  /// Nil where topics cannot begin like this: with nothing, a wildcard, or a slash at the end.
  package init?(prefix: String = awsPrefix) {
    let isTopic = !prefix.utf8.contains { "+#\0".utf8.contains($0) }
    guard isTopic, let last = prefix.last, last != "/" else { return nil }
    self.prefix = prefix
  }

  /// What to subscribe to.
  var filter: String { "\(prefix)/+/defender/metrics/+" }

  /// The thing and the format that a topic names, or nil where it is none of reports.
  func parse(_ topic: String) -> (thing: String, format: DocumentFormat)? {
    guard topic.hasPrefix(prefix + "/") else { return nil }
    let levels = topic.dropFirst(prefix.count + 1)
      .split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count == 4, levels[1] == "defender", levels[2] == "metrics",
      let format = DocumentFormat(rawValue: String(levels[3]))
    else { return nil }
    return (String(levels[0]), format)
  }

  /// The topic of the answer to a report that came under this topic.
  func answer(_ verdict: DeviceReportAnswer.Verdict, to topic: String) -> String {
    switch verdict {
    case .accepted: topic + "/accepted"
    case .rejected: topic + "/rejected"
    }
  }
}
