import Alerts
import ArgumentParser
import Detect
import Foundation
import Testing

@testable import detectd

/// The file of alert targets, and the ways it leads to.
@Suite struct AlertTargetTests {
  private static let secret = "0123456789abcdef"

  private func withFile<Result>(
    _ text: String, mode: Int = 0o600, _ body: (String) async throws -> Result
  ) async throws -> Result {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("targets-\(UUID().uuidString)").path
    #expect(
      FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  private func routes(
    _ file: AlertTargetsFile, environment: [String: String] = [:]
  ) throws -> AlertRoutes {
    try AlertRoutes(
      file, account: Account(), policy: DeliveryPolicy(), environment: environment)
  }

  private static let credentials = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"]

  @Test func `a target is the webhook that bears its name, else a topic`() async throws {
    let text = """
      {"sns": {"endpoint": "http://localhost:1"}, "webhooks": {
        "hook": {"url": "https://localhost:1", "secret": "\(Self.secret)"},
        "single": {"url": "https://localhost:1", "secret": "\(Self.secret)", "digests": false}}}
      """
    try await withFile(text) { path in
      let routes = try routes(AlertTargetsFile(path: path), environment: Self.credentials)
      #expect(try routes.route(to: "hook").get() is WebhookTransport)
      #expect(try routes.route(to: "hook").get().allowsDigests)
      #expect(try !routes.route(to: "single").get().allowsDigests)
      #expect(try routes.route(to: "anything else").get() is SNSTransport)
      await routes.close()
    }
  }

  @Test func `without a file there is no way, and the reason names the option`() async throws {
    let routes = try routes(.empty)
    #expect {
      try routes.route(to: "topic").get()
    } throws: { error in
      (error as? NoRoute)?.reason.contains("--alert-targets") == true
    }
    await routes.close()
  }

  @Test(
    arguments: [
      ("", "form that docs/alerts.md shows"), ("[]", "form that docs/alerts.md shows"),
      (#"{"webhooks": {"a": {"url": "https://x"}}}"#, "form that docs/alerts.md shows"),
      (
        #"{"webhooks": {"a": {"url": "http://x", "secret": "0123456789abcdef"}}}"#,
        "should begin with https://"
      ),
      (
        #"{"webhooks": {"a": {"url": "https://x", "secret": "0123456789abcde"}}}"#,
        "at least 16 bytes"
      ),
      (#"{"sns": {"endpoint": "sns.local"}}"#, "should begin with https:// or http://"),
    ])
  func `a file that is wrong is refused, without telling what is in it`(
    text: String, message: String
  ) async throws {
    try await withFile(text) { path in
      let error = #expect(throws: ValidationError.self) { try AlertTargetsFile(path: path) }
      #expect(error?.message.contains(message) == true)
      #expect(error?.message.contains("0123456789") == false)
    }
  }

  @Test(arguments: [0o604, 0o640, 0o644, 0o602])
  func `a file that others may read or write is refused`(mode: Int) async throws {
    try await withFile("{}", mode: mode) { path in
      let error = #expect(throws: ValidationError.self) { try AlertTargetsFile(path: path) }
      #expect(error?.message.contains("chmod 600") == true)
    }
    #expect(throws: ValidationError.self) { try AlertTargetsFile(path: "/missing/file") }
  }

  @Test func `credentials come whole from one place`() async throws {
    for (members, environment, isComplete) in [
      ("", [:], false), ("", ["AWS_ACCESS_KEY_ID": "a"], false), ("", Self.credentials, true),
      (#", "access-key-id": "a""#, Self.credentials, false),
      (#", "access-key-id": "a", "secret-access-key": "s""#, [:], true),
    ] as [(String, [String: String], Bool)] {
      try await withFile(#"{"sns": {"endpoint": "http://localhost"\#(members)}}"#) { path in
        let file = try AlertTargetsFile(path: path)
        if isComplete {
          await (try routes(file, environment: environment)).close()
        } else {
          #expect(throws: ValidationError.self) {
            try routes(file, environment: environment)
          }
        }
      }
    }
  }

  @Test func `options make the policy, within its bounds`() throws {
    let options = try Options.parse([
      "--alert-concurrency=3", "--alert-rate=7", "--alert-expiry=2h", "--alert-digest-threshold=50",
    ])
    var expected = DeliveryPolicy()
    expected.concurrency = 3
    expected.rate = 7
    expected.expiry = 7_200_000
    expected.digestThreshold = 50
    #expect(try options.deliveryPolicy() == expected)
    for argument in ["--alert-rate=0", "--alert-expiry=0s", "--alert-digest-threshold=1"] {
      let options = try Options.parse([argument])
      #expect(throws: ValidationError.self) { try options.deliveryPolicy() }
    }
  }

  @Test func `the steady clock goes with the wall clock`() async throws {
    let (before, steady) = (System.milliseconds(), System.steadyMilliseconds())
    #expect(abs(steady - before) < 600_000)
    #expect(System.steadyMilliseconds() >= steady)
  }
}
