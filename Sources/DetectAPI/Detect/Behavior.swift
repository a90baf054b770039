internal import CDetectProto
internal import Detect

// MARK: - From messages

extension Behavior {
  /// A behavior as it was sent, faults included.
  init(_ message: Detect__V1__Behavior) {
    unsafe self.init(
      name: text(message.name), metric: optionalText(message.metric),
      metricDimension: optional(message.metric_dimension, MetricDimension.init),
      criteria: optional(message.criteria, BehaviorCriteria.init),
      suppressAlerts: optionalFlag(message.suppress_alerts),
      exportMetric: optionalFlag(message.export_metric))
  }
}

extension MetricDimension {
  /// A dimension as it was sent.
  init(_ message: Detect__V1__MetricDimension) {
    unsafe self.init(
      dimensionName: text(message.dimension_name),
      dimensionValueOperator: EnumTexts.dimensionValueOperator[message.operator_.rawValue])
  }
}

extension BehaviorCriteria {
  /// Criteria as they were sent, faults included.
  init(_ message: Detect__V1__BehaviorCriteria) {
    unsafe self.init(
      comparisonOperator: EnumTexts.comparisonOperator[message.comparison_operator.rawValue],
      value: optional(message.value, MetricValue.init),
      durationSeconds: optionalNumber(message.duration_seconds),
      consecutiveDatapointsToAlarm: optionalNumber(message.consecutive_datapoints_to_alarm),
      consecutiveDatapointsToClear: optionalNumber(message.consecutive_datapoints_to_clear),
      statistic: optional(message.statistical_threshold) { unsafe text($0.statistic) },
      mlConfidenceLevel: optional(message.ml_detection_config) { config in
        unsafe EnumTexts.confidenceLevel[config.confidence_level.rawValue] ?? ""
      })
  }
}

extension MetricValue {
  /// A value, or nil where the message has no member.
  init?(_ message: Detect__V1__MetricValue) {
    switch unsafe message.value_case {
    case DETECT__V1__METRIC_VALUE__VALUE_COUNT: self = unsafe .count(message.count)
    case DETECT__V1__METRIC_VALUE__VALUE_CIDRS:
      self = unsafe .cidrs(optional(message.cidrs) { unsafe texts($0.cidrs, $0.n_cidrs) } ?? [])
    case DETECT__V1__METRIC_VALUE__VALUE_PORTS:
      self = unsafe .ports(
        optional(message.ports) { unsafe elements($0.ports, $0.n_ports).map(Int64.init) } ?? [])
    case DETECT__V1__METRIC_VALUE__VALUE_NUMBER: self = unsafe .number(message.number)
    case DETECT__V1__METRIC_VALUE__VALUE_NUMBERS:
      self = unsafe .numbers(
        optional(message.numbers) { unsafe elements($0.numbers, $0.n_numbers) } ?? [])
    case DETECT__V1__METRIC_VALUE__VALUE_STRINGS:
      self = unsafe .strings(
        optional(message.strings) { unsafe texts($0.strings, $0.n_strings) } ?? [])
    default: return nil
    }
  }
}

// MARK: - To messages

extension Arena {
  /// The number and the messages of behaviors.
  func behaviors(
    _ behaviors: [Behavior]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Detect__V1__Behavior>?>?) {
    unsafe repeated(behaviors) { unsafe behavior($0) }
  }

  /// A behavior.
  func behavior(_ behavior: Behavior) -> UnsafeMutablePointer<Detect__V1__Behavior> {
    unsafe message(detect__v1__behavior__init) { message, arena in
      unsafe message.name = arena.text(behavior.name)
      unsafe message.metric = arena.text(behavior.metric ?? "")
      unsafe message.metric_dimension = arena.metricDimension(behavior.metricDimension)
      unsafe message.criteria = arena.criteria(behavior.criteria)
      unsafe message.suppress_alerts = behavior.suppressAlerts == true ? 1 : 0
      unsafe message.export_metric = behavior.exportMetric == true ? 1 : 0
    }
  }

  /// A dimension, or nil where there is none.
  func metricDimension(
    _ dimension: MetricDimension?
  ) -> UnsafeMutablePointer<Detect__V1__MetricDimension>? {
    guard let dimension else { return nil }
    return unsafe message(detect__v1__metric_dimension__init) { message, arena in
      unsafe message.dimension_name = arena.text(dimension.dimensionName)
      unsafe message.operator_ = Detect__V1__DimensionValueOperator(
        EnumTexts.dimensionValueOperator.number(of: dimension.dimensionValueOperator))
    }
  }

  private func criteria(
    _ criteria: BehaviorCriteria?
  ) -> UnsafeMutablePointer<Detect__V1__BehaviorCriteria>? {
    guard let criteria else { return nil }
    return unsafe message(detect__v1__behavior_criteria__init) { message, arena in
      unsafe message.comparison_operator = Detect__V1__ComparisonOperator(
        EnumTexts.comparisonOperator.number(of: criteria.comparisonOperator))
      unsafe message.value = arena.metricValue(criteria.value)
      unsafe message.duration_seconds = Int32(clamping: criteria.durationSeconds ?? 0)
      unsafe message.consecutive_datapoints_to_alarm =
        Int32(clamping: criteria.consecutiveDatapointsToAlarm ?? 0)
      unsafe message.consecutive_datapoints_to_clear =
        Int32(clamping: criteria.consecutiveDatapointsToClear ?? 0)
      if let statistic = criteria.statistic {
        unsafe message.statistical_threshold = arena.message(
          detect__v1__statistical_threshold__init
        ) { threshold, arena in unsafe threshold.statistic = arena.text(statistic) }
      }
      if let level = criteria.mlConfidenceLevel {
        unsafe message.ml_detection_config = arena.message(
          detect__v1__machine_learning_detection_config__init
        ) { config, _ in
          unsafe config.confidence_level = Detect__V1__ConfidenceLevel(
            EnumTexts.confidenceLevel.number(of: level))
        }
      }
    }
  }

  /// A value, or nil where there is none.
  func metricValue(_ value: MetricValue?) -> UnsafeMutablePointer<Detect__V1__MetricValue>? {
    guard let value else { return nil }
    return unsafe message(detect__v1__metric_value__init) { message, arena in
      switch value {
      case .count(let count):
        unsafe message.value_case = DETECT__V1__METRIC_VALUE__VALUE_COUNT
        unsafe message.count = count
      case .cidrs(let cidrs):
        unsafe message.value_case = DETECT__V1__METRIC_VALUE__VALUE_CIDRS
        unsafe message.cidrs = arena.message(detect__v1__cidr_list__init) { list, arena in
          unsafe (list.n_cidrs, list.cidrs) = arena.texts(cidrs)
        }
      case .ports(let ports):
        unsafe message.value_case = DETECT__V1__METRIC_VALUE__VALUE_PORTS
        unsafe message.ports = arena.message(detect__v1__port_list__init) { list, arena in
          unsafe (list.n_ports, list.ports) = arena.repeated(ports) { UInt32(clamping: $0) }
        }
      case .number(let number):
        unsafe message.value_case = DETECT__V1__METRIC_VALUE__VALUE_NUMBER
        unsafe message.number = number
      case .numbers(let numbers):
        unsafe message.value_case = DETECT__V1__METRIC_VALUE__VALUE_NUMBERS
        unsafe message.numbers = arena.message(detect__v1__number_list__init) { list, arena in
          unsafe (list.n_numbers, list.numbers) = arena.repeated(numbers) { $0 }
        }
      case .strings(let strings):
        unsafe message.value_case = DETECT__V1__METRIC_VALUE__VALUE_STRINGS
        unsafe message.strings = arena.message(detect__v1__string_list__init) { list, arena in
          unsafe (list.n_strings, list.strings) = arena.texts(strings)
        }
      }
    }
  }
}
