import RPC
import Testing

@testable import DetectAPI

@Suite struct BacktestTests {
  private static let method = "Detect/Backtest"

  private func profiles(_ profiles: Value...) -> Value {
    ["profiles": ["profiles": .list(profiles)]]
  }

  private func reports(_ reports: (time: Int64, ports: [Int64])...) -> Value {
    let list = reports.map { report -> Value in
      [
        "thing_name": "lamp", "time": .number(report.time),
        "datapoints": [
          [
            "metric": "aws:listening-tcp-ports",
            "value": ["ports": ["ports": .list(report.ports.map(Value.number))]],
          ]
        ],
      ]
    }
    return ["reports": ["reports": .list(list)]]
  }

  @Test func `Events come as the reports go, then one summary; nothing is stored`() async throws {
    let api = try TestAPI()
    let call = try api.stream(Self.method)
    call.send(
      profiles(["security_profile_name": "Draft", "behaviors": [Sample.noTelnet]]))
    call.send(reports((1000, [23]), (2000, [23])))
    let alarm = await call.response()?["violation_event"]
    #expect(alarm?["violation_event_type"] == "VIOLATION_EVENT_TYPE_IN_ALARM")
    #expect(alarm?["violation_event_time"] == 1000)
    #expect(alarm?["security_profile_name"] == "Draft")
    call.send(reports((2000, []), (3000, [23])))
    #expect(
      await call.response()?["violation_event"]?["violation_event_type"]
        == "VIOLATION_EVENT_TYPE_ALARM_CLEARED")
    #expect(await call.response()?["violation_event"]?["violation_event_time"] == 3000)
    call.finish()
    #expect(
      await call.response() == [
        "summary": [
          "reports": 4, "things": 1, "datapoints_judged": 4, "in_alarm_events": 2,
          "alarm_cleared_events": 1, "active_violations": 1,
        ]
      ])
    #expect(await call.response() == nil)
    #expect(await call.status() == nil)
    #expect(try await api.call("Detect/ListSecurityProfiles", [:]) == [:])
    #expect(try await api.call("Detect/ListActiveViolations", [:]) == [:])
  }

  @Test func `A profile without behaviors stands for the stored one`() async throws {
    let api = try TestAPI()
    try await api.attachProfile("Lamps", Sample.noTelnet)
    let call = try api.stream(Self.method)
    call.send(profiles(["security_profile_name": "Lamps"]))
    call.send(reports((5, [23])))
    #expect(await call.response()?["violation_event"]?["security_profile_name"] == "Lamps")
    call.finish()
    #expect(await call.response()?["summary"]?["in_alarm_events"] == 1)

    let unknown = try api.stream(Self.method)
    unknown.send(profiles(["security_profile_name": "Nobody"]))
    #expect(await unknown.status()?.code == .notFound)
  }

  @Test func `A stream that begins or goes on wrongly is refused by name`() async throws {
    let api = try TestAPI()
    let draft: Value = ["security_profile_name": "Draft", "behaviors": [Sample.noTelnet]]
    let cases: [(requests: [Value], field: String)] = [
      ([], "profiles"),
      ([reports((1, []))], "profiles"),
      ([profiles()], "profiles"),
      ([profiles(draft, draft)], "profiles[1].security_profile_name"),
      ([profiles(draft), profiles(draft)], "reports"),
      ([profiles(draft), reports((5, []), (4, []))], "reports[1].time"),
      ([profiles(draft), reports((5, [70_000]))], "reports[0].datapoints[0].value.ports[0]"),
    ]
    for (requests, field) in cases {
      let call = try api.stream(Self.method)
      for request in requests { call.send(request) }
      call.finish()
      let status = await call.status()
      #expect(status?.code == .invalidArgument)
      #expect(status.map { Fault($0).field } == field)
    }
  }
}
