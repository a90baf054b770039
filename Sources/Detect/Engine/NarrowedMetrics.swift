/// The metrics of a coverage that dimensions narrow, each a metric of its own to everything that comes after:
/// windows, streaks, populations and retained values.
struct NarrowedMetrics: Sendable {
  /// The metrics that one dimension narrows.
  private struct Group: Sendable {
    let filters: TopicFilters
    /// By rising number.
    let metrics: [Metric]
  }

  private let groups: [Group]

  init(of plans: [ProfilePlan]) {
    let metrics = plans.reduce(into: Set<Metric>()) { $0.formUnion($1.metrics) }
    let byDimension = Dictionary(grouping: metrics, by: \.dimension)
    var groups: [Group] = []
    for filters in plans.flatMap(\.filters)
    where !groups.contains(where: { $0.filters.number == filters.number }) {
      let narrowed = byDimension[filters.number] ?? []
      groups.append(Group(filters: filters, metrics: narrowed.sorted { $0.number < $1.number }))
    }
    self.groups = groups
  }

  /// The report's datapoints, and behind each one with a topic what it is to narrowed metrics. A datapoint
  /// without a topic is neither in a dimension nor outside.
  func expand(_ report: MetricReport) -> [ReportedDatapoint] {
    guard !groups.isEmpty, !report.topics.isEmpty else { return report.datapoints }
    var expanded: [ReportedDatapoint] = []
    expanded.reserveCapacity(report.datapoints.count)
    var done = 0
    for topic in report.topics {
      let datapoint = report.datapoints[topic.datapoint]
      expanded += report.datapoints[done...topic.datapoint]
      done = topic.datapoint + 1
      for group in groups where group.metrics.contains(where: { $0.base == datapoint.metric }) {
        let matches = group.filters.match(topic: topic.topic, clientID: report.thing.text)
        let narrowed = Metric(
          datapoint.metric, matches ? .isIn : .isNotIn, dimension: group.filters.number)
        guard group.metrics.contains(narrowed) else { continue }
        expanded.append(ReportedDatapoint(metric: narrowed, value: datapoint.value))
      }
    }
    return expanded + report.datapoints[done...]
  }
}
