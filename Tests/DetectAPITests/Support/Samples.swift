@testable import DetectAPI

/// ARNs, profiles and reports that many tests use.
enum Sample {
  static let allThings: Value = "arn:aws:iot:us-east-1:000000000000:all/things"

  static func arn(_ resource: String) -> Value {
    .text("arn:aws:iot:us-east-1:000000000000:\(resource)")
  }

  /// Port 23 is not normal, on any device.
  static let noTelnet: Value = [
    "name": "NoTelnet", "metric": "aws:listening-tcp-ports",
    "criteria": [
      "comparison_operator": "COMPARISON_OPERATOR_NOT_IN_PORT_SET",
      "value": ["ports": ["ports": [23]]],
    ],
  ]

  /// A report of listening ports.
  static func report(_ thing: String, _ id: Int64, ports: [Int64]) -> Value {
    [
      "thing_name": .text(thing), "report_id": .number(id),
      "datapoints": [
        [
          "metric": "aws:listening-tcp-ports",
          "value": ["ports": ["ports": .list(ports.map(Value.number))]],
        ]
      ],
    ]
  }

  /// A report of a number of disconnects, with any number of datapoints.
  static func counts(_ thing: String, _ id: Int64, _ metric: String, _ counts: Int64...) -> Value {
    [
      "thing_name": .text(thing), "report_id": .number(id),
      "datapoints": .list(
        counts.map { ["metric": .text(metric), "value": ["count": .number($0)]] }),
    ]
  }
}

extension TestAPI {
  /// Creates a profile with these behaviors and attaches it to all things.
  func attachProfile(_ name: String, _ behaviors: Value...) async throws {
    _ = try await call(
      "Detect/CreateSecurityProfile",
      ["security_profile_name": .text(name), "behaviors": .list(behaviors)])
    _ = try await call(
      "Detect/AttachSecurityProfile",
      [
        "security_profile_name": .text(name), "security_profile_target_arn": Sample.allThings,
      ])
  }

  /// Reports, and expects that all is taken.
  func report(_ reports: Value...) async throws {
    let answer = try await call("MetricIngestion/PutMetricReports", ["reports": .list(reports)])
    guard answer == ["accepted_count": .number(Int64(reports.count))] else {
      throw Refused(answer: answer)
    }
  }

  struct Refused: Error { var answer: Value }
}
