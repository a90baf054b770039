import Detect

extension CreateSecurityProfile {
  /// A profile that uses every field.
  static let full = CreateSecurityProfile(
    securityProfileName: "Cameras", securityProfileDescription: "What cameras do",
    behaviors: [.sample(name: "Sent"), .sample(name: "Received", metric: "aws:all-bytes-in")],
    alertTargets: [
      "SNS": AlertTarget(
        alertTargetARN: "arn:aws:sns:us-east-1:000000000000:alerts", roleARN: .role)
    ],
    additionalMetricsToRetain: ["aws:num-disconnects"],
    additionalMetricsToRetainV2: [
      MetricToRetain(metric: "aws:all-bytes-out", exportMetric: true)
    ],
    tags: [Tag(key: "team", value: "video"), Tag(key: "area", value: "")],
    metricsExportConfig: MetricsExportConfig(mqttTopic: "export", roleARN: .role))

  /// The same with one part replaced.
  func with<Value>(_ part: WritableKeyPath<Self, Value>, _ value: Value) -> Self {
    var copy = self
    copy[keyPath: part] = value
    return copy
  }
}

extension String {
  /// The ARN of a role.
  static let role = "arn:aws:iam::000000000000:role/Detect"

  /// The ARN of a resource of the account that the service stands in for.
  static func arn(_ resource: String) -> String { "arn:aws:iot:us-east-1:000000000000:\(resource)" }
}
