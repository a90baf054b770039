@testable import Detect
@testable import DetectAPI
import RPC
import Testing

@Suite struct SecurityProfileTests {
  /// Everything that a profile can hold.
  private static let content: [String: Value] = [
    "security_profile_description": "what is normal (ö)",
    "behaviors": [
      Sample.noTelnet,
      [
        "name": "Sources", "metric": "aws:source-ip-address", "suppress_alerts": true,
        "criteria": [
          "comparison_operator": "COMPARISON_OPERATOR_IN_CIDR_SET",
          "value": ["cidrs": ["cidrs": ["192.168.100.14/24", "2001:db8::/32"]]],
          "consecutive_datapoints_to_alarm": 10, "consecutive_datapoints_to_clear": 2,
        ],
      ],
      [
        "name": "Sent", "metric": "aws:num-messages-sent", "export_metric": true,
        "criteria": [
          "comparison_operator": "COMPARISON_OPERATOR_LESS_THAN_EQUALS", "value": ["count": 0],
          "duration_seconds": 300,
        ],
      ],
      [
        "name": "Fleet", "metric": "aws:all-bytes-out",
        "criteria": [
          "comparison_operator": "COMPARISON_OPERATOR_LESS_THAN", "duration_seconds": 3600,
          "statistical_threshold": ["statistic": "p99.9"],
        ],
      ],
      ["name": "Kept", "metric": "aws:num-disconnects"],
    ],
    "alert_targets": [
      [
        "key": "SNS",
        "value": [
          "alert_target_arn": "arn:aws:sns:us-east-1:000000000000:alarms",
          "role_arn": "arn:aws:iam::000000000000:role/alarms",
        ],
      ]
    ],
    "additional_metrics_to_retain_v2": [
      ["metric": "aws:all-bytes-in", "export_metric": true], ["metric": "aws:num-disconnects"],
    ],
    "metrics_export_config": [
      "mqtt_topic": "$aws/rules/export", "role_arn": "arn:aws:iam::000000000000:role/export",
    ],
  ]

  private static let name: Value = ["security_profile_name": "P"]

  private func create(_ api: TestAPI, _ changes: [String: Value] = [:]) async throws -> Value {
    let named = Self.content.merging(["security_profile_name": "P"]) { $1 }
    return try await api.call(
      "Detect/CreateSecurityProfile", .message(named.merging(changes) { $1 }))
  }

  @Test func `A profile comes back as it was written`() async throws {
    let api = try TestAPI()
    #expect(
      try await create(api) == [
        "security_profile_name": "P", "security_profile_arn": Sample.arn("securityprofile/P"),
      ])
    let expected = Self.content.merging([
      "security_profile_name": "P", "security_profile_arn": Sample.arn("securityprofile/P"),
      "additional_metrics_to_retain": ["aws:all-bytes-in", "aws:num-disconnects"],
      "version": 1, "creation_date": .number(api.now), "last_modified_date": .number(api.now),
    ]) { $1 }
    #expect(
      try await api.call("Detect/DescribeSecurityProfile", Self.name) == .message(expected))
  }

  @Test func `A second create succeeds as long as it is the same`() async throws {
    let api = try TestAPI()
    let first = try await create(api, ["tags": [["key": "site", "value": "a"]]])
    #expect(try await create(api, ["tags": [["key": "site", "value": "a"]]]) == first)
    let fault = try await api.fault("Detect/CreateSecurityProfile", Self.name)
    #expect(fault.code == .alreadyExists)
    #expect(
      fault.details["ResourceInfo"] == [
        "resource_type": "securityprofile", "resource_name": Sample.arn("securityprofile/P"),
      ])
  }

  @Test func `An update changes what is given and nothing else`() async throws {
    let api = try TestAPI()
    _ = try await create(api)
    api.now += 1000
    var expected = try await api.call("Detect/DescribeSecurityProfile", Self.name)
    let updated = try await api.call(
      "Detect/UpdateSecurityProfile",
      [
        "security_profile_name": "P", "expected_version": 1, "behaviors": [Sample.noTelnet],
        "alert_targets": [], "delete_metrics_export_config": true,
      ])
    guard case .message(var fields) = expected else { return }
    fields["version"] = 2
    fields["last_modified_date"] = .number(api.now)
    fields["behaviors"] = [Sample.noTelnet]
    fields["metrics_export_config"] = nil
    expected = .message(fields)
    #expect(updated == expected)
    #expect(try await api.call("Detect/DescribeSecurityProfile", Self.name) == expected)
  }

  @Test func `A description stays when it is not set, and goes when it is empty`() async throws {
    let api = try TestAPI()
    _ = try await create(api)
    let kept = try await api.call("Detect/UpdateSecurityProfile", Self.name)
    #expect(kept["security_profile_description"] == "what is normal (ö)")
    let removed = try await api.call(
      "Detect/UpdateSecurityProfile",
      ["security_profile_name": "P", "security_profile_description": ""])
    #expect(removed["security_profile_description"] == nil)
  }

  @Test func `The delete flags delete, and may not stand beside values`() async throws {
    let api = try TestAPI()
    _ = try await create(api)
    let bare = try await api.call(
      "Detect/UpdateSecurityProfile",
      [
        "security_profile_name": "P", "delete_behaviors": true, "delete_alert_targets": true,
        "delete_additional_metrics_to_retain": true,
      ])
    for field in ["behaviors", "alert_targets", "additional_metrics_to_retain_v2"] {
      #expect(bare[field] == nil)
    }
    let fault = try await api.fault(
      "Detect/UpdateSecurityProfile",
      [
        "security_profile_name": "P", "delete_behaviors": true, "behaviors": [Sample.noTelnet],
      ])
    #expect(fault.code == .invalidArgument)
    #expect(fault.field == "delete_behaviors")
  }

  @Test func `Another version is not updated and not deleted`() async throws {
    let api = try TestAPI()
    _ = try await create(api)
    for method in ["Detect/UpdateSecurityProfile", "Detect/DeleteSecurityProfile"] {
      let fault = try await api.fault(
        method, ["security_profile_name": "P", "expected_version": 7])
      #expect(fault.code == .aborted)
      #expect(fault.reason == "VERSION_CONFLICT_EXCEPTION")
    }
  }

  @Test func `Deleting twice succeeds`() async throws {
    let api = try TestAPI()
    _ = try await create(api)
    #expect(try await api.call("Detect/DeleteSecurityProfile", Self.name) == [:])
    #expect(try await api.call("Detect/DeleteSecurityProfile", Self.name) == [:])
    #expect(try await api.fault("Detect/DescribeSecurityProfile", Self.name).code == .notFound)
  }

  @Test func `A list is read page by page`() async throws {
    let api = try TestAPI()
    for name in ["C", "A", "B"] {
      _ = try await create(api, ["security_profile_name": .text(name)])
    }
    let first = try await api.call("Detect/ListSecurityProfiles", ["max_results": 2])
    #expect(
      first["security_profile_identifiers"] == [
        ["name": "A", "arn": Sample.arn("securityprofile/A")],
        ["name": "B", "arn": Sample.arn("securityprofile/B")],
      ])
    let token = try #require(first["next_token"])
    let last = try await api.call(
      "Detect/ListSecurityProfiles", ["max_results": 2, "next_token": token])
    #expect(
      last == [
        "security_profile_identifiers": [["name": "C", "arn": Sample.arn("securityprofile/C")]]
      ])
    let fault = try await api.fault("Detect/ListSecurityProfiles", ["max_results": 251])
    #expect(fault.field == "max_results")
    #expect(
      try await api.fault("Detect/ListSecurityProfiles", ["max_results": -1]).field
        == "max_results")
  }

  @Test func `Targets are attached, listed both ways and detached`() async throws {
    let api = try TestAPI()
    _ = try await create(api)
    let pair: Value = [
      "security_profile_name": "P", "security_profile_target_arn": Sample.allThings,
    ]
    #expect(try await api.call("Detect/AttachSecurityProfile", pair) == [:])
    #expect(
      try await api.call("Detect/ListTargetsForSecurityProfile", Self.name) == [
        "security_profile_targets": [["arn": Sample.allThings]]
      ])
    #expect(
      try await api.call(
        "Detect/ListSecurityProfilesForTarget",
        ["security_profile_target_arn": Sample.allThings, "recursive": true]) == [
          "security_profile_target_mappings": [
            [
              "security_profile_identifier": [
                "name": "P", "arn": Sample.arn("securityprofile/P"),
              ],
              "target": ["arn": Sample.allThings],
            ]
          ]
        ])
    #expect(try await api.call("Detect/DetachSecurityProfile", pair) == [:])
    #expect(try await api.call("Detect/ListTargetsForSecurityProfile", Self.name) == [:])
    let fault = try await api.fault(
      "Detect/AttachSecurityProfile",
      ["security_profile_name": "P", "security_profile_target_arn": "arn:aws:iot:x"])
    #expect(fault.field == "security_profile_target_arn")
  }

  @Test func `Faults and warnings are told apart`() async throws {
    let api = try TestAPI()
    let unknownOperator: Value = [
      "name": "Odd", "metric": "aws:num-disconnects",
      "criteria": ["comparison_operator": 77, "value": ["number": 1.5]],
    ]
    let faulty = try await api.call(
      "Detect/ValidateSecurityProfileBehaviors",
      [
        "behaviors": [
          Sample.noTelnet, unknownOperator,
          [
            "name": "Many", "metric": "aws:listening-tcp-ports",
            "criteria": [
              "comparison_operator": "COMPARISON_OPERATOR_IN_PORT_SET",
              "value": ["ports": ["ports": [80]]], "consecutive_datapoints_to_alarm": 100_000,
            ],
          ],
        ]
      ])
    #expect(faulty["valid"] == nil)
    guard case .list(let errors) = faulty["validation_errors"] else {
      Issue.record("no validation errors")
      return
    }
    let messages = errors.compactMap { $0["error_message"]?.text }
    #expect(messages.contains { $0.hasPrefix("Behavior Odd is malformed") && $0.contains("77") })
    #expect(
      messages.last
        == "Behavior Many is malformed. consecutiveDatapointsToAlarm 100000 should be in range[1,10]"
    )

    let kept = try await api.call(
      "Detect/ValidateSecurityProfileBehaviors",
      ["behaviors": [["name": "Kept", "metric": "aws:num-disconnects"]]])
    #expect(kept["valid"] == 1)
    #expect(kept["warnings"]?[0]?["behavior_name"] == "Kept")
    let missing = try await api.fault("Detect/ValidateSecurityProfileBehaviors", [:])
    #expect(missing.field == "behaviors")
  }

  @Test func `Every kind of value, and what is refused today, has its form on the wire`() {
    let values: [MetricValue] = [
      .count(.max), .cidrs(["::"]), .ports([]), .number(-4.5), .numbers([1, -0.5]),
      .strings(["a", ""]),
    ]
    let behaviors = values.map { value in
      Behavior(
        name: "B", metric: "m",
        metricDimension: MetricDimension(dimensionName: "d", dimensionValueOperator: "NOT_IN"),
        criteria: BehaviorCriteria(comparisonOperator: "not-in-set", value: value))
    }
    let learned = Behavior(name: "B", criteria: BehaviorCriteria(mlConfidenceLevel: "HIGH"))
    let profile = SecurityProfile(
      name: "P", description: nil, behaviors: behaviors + [learned], alertTargets: [:],
      additionalMetricsToRetain: [], metricsExportConfig: nil, version: 1, creationDate: 0,
      lastModifiedDate: 0, number: 1, behaviorNumbers: [], nextBehaviorNumber: 1)
    let described = Value(
      encodeProfile(.init(profile, account: Account())),
      as: "detect.v1.DescribeSecurityProfileResponse")
    let expected: [Value] = [
      ["count": .number(.max)], ["cidrs": ["cidrs": ["::"]]], ["ports": [:]], ["number": -4.5],
      ["numbers": ["numbers": [1.0, -0.5]]], ["strings": ["strings": ["a", ""]]],
    ]
    for (index, value) in expected.enumerated() {
      let behavior = described["behaviors"]?[index]
      #expect(behavior?["criteria"]?["value"] == value)
      #expect(
        behavior?["criteria"]?["comparison_operator"] == "COMPARISON_OPERATOR_NOT_IN_SET")
      #expect(
        behavior?["metric_dimension"] == [
          "dimension_name": "d", "operator": "DIMENSION_VALUE_OPERATOR_NOT_IN",
        ])
    }
    #expect(
      described["behaviors"]?[expected.count]?["criteria"]?["ml_detection_config"] == [
        "confidence_level": "CONFIDENCE_LEVEL_HIGH"
      ])
  }

  @Test(arguments: ["SecurityProfile", "CustomMetric", "Dimension"])
  func `Describe and Update answer with the same fields`(noun: String) {
    let fields = ["Describe", "Update"].map { method in
      Schema.contract.messages["detect.v1.\(method)\(noun)Response"]?.map {
        "\($0.number) \($0.name) \($0.type) \($0.isRepeated)"
      }
    }
    #expect(fields[0]?.isEmpty == false)
    #expect(fields[0] == fields[1])
  }

  @Test func `The texts of the API are those of the contract's enums`() {
    for (texts, type, prefix) in [
      (EnumTexts.comparisonOperator, "ComparisonOperator", "COMPARISON_OPERATOR_"),
      (.dimensionValueOperator, "DimensionValueOperator", "DIMENSION_VALUE_OPERATOR_"),
      (.confidenceLevel, "ConfidenceLevel", "CONFIDENCE_LEVEL_"),
      (.customMetricType, "CustomMetricType", "CUSTOM_METRIC_TYPE_"),
      (.dimensionType, "DimensionType", "DIMENSION_TYPE_"),
    ] {
      for (name, number) in Schema.contract.enums["detect.v1.\(type)"] ?? [:] where number > 0 {
        let text = texts[UInt32(number)]
        #expect(
          text?.uppercased().split(separator: "-").joined(separator: "_")
            == String(name.dropFirst(prefix.count)))
        #expect(texts.number(of: text) == UInt32(number))
      }
      #expect(texts[0] == nil && texts.number(of: nil) == 0)
      #expect(texts[99] == "99" && texts.number(of: "99") == 0)
    }
  }
}
