/// What Create and Update ask of the fields of a profile besides its behaviors.
enum ProfileCheck {
  /// - Throws: `invalidRequest` naming the target and its member at fault.
  static func alertTargets(_ targets: [String: AlertTarget]) throws(DetectError) {
    if let kind = targets.keys.sorted().first(where: { $0 != SecurityProfile.alertTargetKind }) {
      throw .invalidRequest(
        "alertTargets key \(quoted(kind)) should be \(SecurityProfile.alertTargetKind)",
        field: "alertTargets")
    }
    guard let target = targets[SecurityProfile.alertTargetKind] else { return }
    let path = "alertTargets.\(SecurityProfile.alertTargetKind)"
    try FieldCheck.length(
      of: target.alertTargetARN, in: Limits.alertTargetARNCharacters,
      field: "\(path).alertTargetArn")
    try FieldCheck.length(
      of: target.roleARN, in: Limits.roleARNCharacters, field: "\(path).roleArn")
  }

  /// - Throws: `invalidRequest` naming the member at fault.
  static func metricsExportConfig(_ config: MetricsExportConfig?) throws(DetectError) {
    guard let config else { return }
    try FieldCheck.length(
      of: config.mqttTopic, in: Limits.mqttTopicCharacters, field: "metricsExportConfig.mqttTopic")
    try FieldCheck.length(
      of: config.roleARN, in: Limits.roleARNCharacters, field: "metricsExportConfig.roleArn")
  }

  /// The union of the two lists of metrics to retain, in their order (evidence.md U33). Of two entries
  /// with the same metric and dimension the later one counts, so that the newer list can say more.
  ///
  /// - Throws: `invalidRequest` naming the entry at fault.
  static func metricsToRetain(
    _ names: [String], _ entries: [MetricToRetain], of metrics: MetricDefinitions
  ) throws(DetectError) -> [MetricToRetain] {
    var union: [MetricToRetain] = []
    func add(_ entry: MetricToRetain) {
      let metric = metrics.resolve(entry.metric, entry.metricDimension)
      let place = union.firstIndex { metrics.resolve($0.metric, $0.metricDimension) == metric }
      if let place { union[place] = entry } else { union.append(entry) }
    }
    guard names.count + entries.count <= Limits.metricsToRetainPerProfile else {
      throw .invalidRequest(
        "additionalMetricsToRetain should be at most \(Limits.metricsToRetainPerProfile), "
          + "not \(names.count + entries.count)", field: "additionalMetricsToRetain")
    }
    for (index, name) in names.enumerated() {
      _ = try metric(named: name, of: metrics, field: "additionalMetricsToRetain[\(index)]")
      add(MetricToRetain(metric: name))
    }
    for (index, entry) in entries.enumerated() {
      let path = "additionalMetricsToRetainV2[\(index)]"
      let metric = try metric(named: entry.metric, of: metrics, field: "\(path).metric")
      try check(entry.metricDimension, of: metric, metrics, field: "\(path).metricDimension")
      add(entry)
    }
    return union
  }

  private static func metric(
    named name: String, of metrics: MetricDefinitions, field: String
  ) throws(DetectError) -> MetricDescription {
    guard !name.isEmpty else { throw .invalidRequest("\(field) is required", field: field) }
    guard let metric = metrics.named(name) else {
      throw .invalidRequest("\(field) \(quoted(name)) does not exist", field: field)
    }
    return metric
  }

  private static func check(
    _ dimension: MetricDimension?, of metric: MetricDescription, _ metrics: MetricDefinitions,
    field: String
  ) throws(DetectError) {
    guard let dimension else { return }
    guard metric.allowsDimension else {
      throw .invalidRequest("\(field) does not fit metric \(metric.name)", field: field)
    }
    if let fault = dimension.faults(of: metrics).first {
      throw .invalidRequest(
        "\(field).\(fault.field) \(fault.text)", field: "\(field).\(fault.field)")
    }
  }
}
