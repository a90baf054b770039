import Detect
import RPC
import Testing

@testable import DetectAPI

@Suite struct AlertDeliveryTests {
  private static let topic = "arn:aws:sns:us-east-1:000000000000:alarms"

  /// An API with two alarms of a profile that has a target.
  private func alarmed() async throws -> TestAPI {
    let api = try TestAPI()
    _ = try await api.call(
      "Detect/CreateSecurityProfile",
      [
        "security_profile_name": "P", "behaviors": [Sample.noTelnet],
        "alert_targets": [
          [
            "key": "SNS",
            "value": [
              "alert_target_arn": .text(Self.topic),
              "role_arn": "arn:aws:iam::000000000000:role/alerts",
            ],
          ]
        ],
      ])
    _ = try await api.call(
      "Detect/AttachSecurityProfile",
      ["security_profile_name": "P", "security_profile_target_arn": Sample.allThings])
    try await api.report(
      Sample.report("lamp", 1, ports: [23]), Sample.report("door", 1, ports: [23]))
    return api
  }

  @Test func `An alert is listed with its event and how far it has come`() async throws {
    let api = try await alarmed()
    let events = try await api.call(
      "Detect/ListViolationEvents", ["start_time": 0, "end_time": .number(api.now + 1)])
    let all = try await api.call("Detect/ListAlertDeliveries", [:])
    #expect(
      all == [
        "alert_deliveries": [
          [
            "violation_event": try #require(events["violation_events"]?[0]),
            "alert_target_arn": .text(Self.topic), "state": "ALERT_DELIVERY_STATE_PENDING",
          ],
          [
            "violation_event": try #require(events["violation_events"]?[1]),
            "alert_target_arn": .text(Self.topic), "state": "ALERT_DELIVERY_STATE_PENDING",
          ],
        ]
      ])
    var alerts = try await api.service.listAlertDeliveries(ListAlertDeliveries()).items
      .map(\.alert)
    alerts[0].attempts = 3
    alerts[0].lastAttempt = 7000
    alerts[0].due = 9000
    alerts[0].failure = "no answer"
    alerts[1].state = .delivered
    alerts[1].lastAttempt = 8000
    alerts[1].attempts = 1
    try await api.service.alerts.record(alerts)
    let pending = try await api.call(
      "Detect/ListAlertDeliveries", ["state": "ALERT_DELIVERY_STATE_PENDING"])
    #expect(pending["alert_deliveries"]?[1] == nil)
    let delivery = try #require(pending["alert_deliveries"]?[0])
    #expect(delivery["attempts"] == 3)
    #expect(delivery["last_attempt_time"] == 7000)
    #expect(delivery["next_attempt_time"] == 9000)
    #expect(delivery["failure_reason"] == "no answer")
    let delivered = try await api.call(
      "Detect/ListAlertDeliveries", ["state": "ALERT_DELIVERY_STATE_DELIVERED"])
    #expect(delivered["alert_deliveries"]?[0]?["last_attempt_time"] == 8000)
    #expect(delivered["alert_deliveries"]?[0]?["next_attempt_time"] == nil)
  }

  @Test func `Pages and targets are told apart`() async throws {
    let api = try await alarmed()
    let first = try await api.call("Detect/ListAlertDeliveries", ["max_results": 1])
    let token = try #require(first["next_token"])
    let second = try await api.call(
      "Detect/ListAlertDeliveries", ["max_results": 1, "next_token": token])
    #expect(second["next_token"] == nil)
    #expect(second["alert_deliveries"]?[0] != nil)
    let other = try await api.call(
      "Detect/ListAlertDeliveries", ["alert_target_arn": "other"])
    #expect(other == [:])
  }

  @Test func `Dead alerts are redriven`() async throws {
    let api = try await alarmed()
    var alerts = try await api.service.listAlertDeliveries(ListAlertDeliveries()).items
      .map(\.alert)
    for index in alerts.indices { alerts[index].state = .dead }
    try await api.service.alerts.record(alerts)
    #expect(
      try await api.call("Detect/RedriveAlertDeliveries", ["alert_target_arn": "other"]) == [:])
    #expect(try await api.call("Detect/RedriveAlertDeliveries", [:]) == ["redriven": 2])
    let dead = try await api.call(
      "Detect/ListAlertDeliveries", ["state": "ALERT_DELIVERY_STATE_DEAD"])
    #expect(dead == [:])
  }

  @Test(
    arguments: [
      (["state": 9], "state"), (["max_results": 251], "max_results"),
      (["next_token": "x"], "next_token"),
      (["alert_target_arn": .text(String(repeating: "a", count: 2049))], "alert_target_arn"),
    ] as [([String: Value], String)])
  func `A filter that is none is refused by name`(
    _ filter: [String: Value], _ field: String
  ) async throws {
    let api = try TestAPI()
    let fault = try await api.fault("Detect/ListAlertDeliveries", .message(filter))
    #expect(fault.code == .invalidArgument)
    #expect(fault.field == field)
  }
}
