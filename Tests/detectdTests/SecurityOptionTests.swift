import Access
import ArgumentParser
import FoundationEssentials
import RPC
import Testing

@testable import detectd

/// Which options go together, and where the daemon refuses to listen.
@Suite struct SecurityOptionTests {
  private static let loopback = ListenAddress(host: "127.0.0.1", port: 1)
  private static let everywhere = ListenAddress(host: "0.0.0.0", port: 1)
  private static let tls = ["--tls-certificate", "c", "--tls-key", "k"]
  private static let tokens = [
    "--token-issuer", "i", "--token-audience", "a", "--token-keys", "j",
  ]
  private static let policy = ["--access-policy", "p"]

  private static func security(
    _ arguments: [String], on address: ListenAddress = loopback
  ) throws -> Security {
    try Options.parse(arguments).security.security(
      on: ListenAddresses(grpc: loopback, aws: address))
  }

  @Test func `without options there is no TLS and no authentication`() throws {
    #expect(try Self.security([]) == Security())
    #expect(Security().gap == "there is no TLS and no authentication")
  }

  @Test func `every file gets to its place`() throws {
    let security = try Self.security(
      Self.tls + Self.tokens + Self.policy
        + ["--tls-client-ca", "ca", "--tls-client-certificate", "optional"], on: Self.everywhere)
    #expect(
      security.tls
        == TLSFiles(
          certificateChain: "c", privateKey: "k", clientAuthorities: "ca",
          requiresClientCertificate: false))
    #expect(
      security.access
        == AccessFiles(
          policy: "p", tokens: TokenIssuer(issuer: "i", audience: "a", keyFile: "j"),
          identifiesCallers: true))
    #expect(security.paths == ["c", "k", "ca", "p", "j"])
    #expect(security.gap == nil)
  }

  @Test func `what goes together is asked for together`() {
    let incomplete = [
      ["--tls-certificate", "c"], ["--tls-key", "k"], ["--tls-client-ca", "ca"],
      ["--token-issuer", "i"], Array(Self.tokens.dropLast(2)) + Self.policy,
      Self.tokens, Self.tls + ["--tls-client-ca", "ca"],
    ]
    for arguments in incomplete {
      #expect(throws: ValidationError.self, "\(arguments)") { try Self.security(arguments) }
    }
  }

  @Test func `what others reach needs TLS and authentication, or --insecure`() throws {
    for arguments in [[], Self.tls, Self.tokens + Self.policy, Self.policy, Self.tls + Self.policy]
    {
      _ = try Self.security(arguments)
      let error = #expect(throws: ValidationError.self) {
        try Self.security(arguments, on: Self.everywhere)
      }
      #expect(error?.message.contains("--insecure") == true)
      _ = try Self.security(arguments + ["--insecure"], on: Self.everywhere)
    }
    _ = try Self.security(Self.tls + Self.tokens + Self.policy, on: Self.everywhere)
  }

  @Test func `a file that is replaced, by itself or by a link to it, is seen within fileCheck`()
    throws
  {
    #expect(Limits.fileCheck == .seconds(5))
    let directory = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }
    func link(_ name: String) throws {
      try? FileManager.default.removeItem(atPath: "\(directory)/link")
      try FileManager.default.createSymbolicLink(
        atPath: "\(directory)/link", withDestinationPath: "\(directory)/\(name)")
    }
    try write("a", "0")
    try write("b", "1")
    try link("a")
    let first = Reloader.fingerprint("\(directory)/link")
    #expect(first != nil)
    #expect(Reloader.fingerprint("\(directory)/link") == first)
    try link("b")
    let second = Reloader.fingerprint("\(directory)/link")
    #expect(second != first)
    try write("b", "2")
    #expect(Reloader.fingerprint("\(directory)/link") != second)
    #expect(Reloader.fingerprint("\(directory)/absent") == nil)
  }
}
