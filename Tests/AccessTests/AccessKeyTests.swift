import FoundationEssentials
import Glibc
import Testing

@testable import Access

/// The file of access keys, and what the policy says of who has one.
struct AccessKeyTests {
  private static let secret = String(repeating: "s", count: Limits.secretBytes)
  private static let file = """
    {"keys": [
      {"id": "AKIDONE", "secret": "\(secret)", "name": "terraform-1"},
      {"id": "AKIDTWO", "secret": "\(secret)2", "name": "console"}
    ]}
    """

  private static let anyone = #"{"rules": [{"anyone": true, "allow": ["read"]}]}"#

  /// Files of keys and of a policy in the issuer's directory.
  private static func files(
    _ issuer: Issuer, _ keys: String = file, policy: String = anyone, mode: mode_t = 0o600
  ) throws -> AccessFiles {
    try issuer.write("access-keys.json", keys)
    let path = issuer.directory + "/access-keys.json"
    try #require(unsafe chmod(path, mode) == 0)
    var files = try issuer.files(policy: policy)
    files.accessKeys = path
    return files
  }

  @Test func `a rule names holders of keys by the keys' names`() async throws {
    let issuer = try Issuer()
    let policy = """
      {"rules": [{"accessKey": "terraform-*", "allow": ["administer", "ingest"], "things": ["{*}"]}]}
      """
    let access = try await AccessControl(Self.files(issuer, policy: policy)) { 0 }
    #expect(access.takesSignatures)
    #expect(access.secret(ofAccessKey: "AKIDTWO") == Self.secret + "2")
    #expect(access.secret(ofAccessKey: "AKIDTHREE") == nil)
    let caller = try access.caller(Credentials(accessKeyID: "AKIDONE", address: "a"))
    #expect(caller.name == "access key terraform-1")
    #expect(caller.grants.allows(.administer) && !caller.grants.allows(.read))
    #expect(caller.grants.allowsReports(of: "1") && !caller.grants.allowsReports(of: "2"))
    let other = try access.caller(Credentials(accessKeyID: "AKIDTWO", address: "a"))
    #expect(other.grants == Grants())
    #expect(
      throws: Denial.unauthenticated(reason: "the access key is no longer known", hasToken: false)
    ) { try access.caller(Credentials(accessKeyID: "AKIDTHREE", address: "a")) }
  }

  @Test func `a key that is taken out of the file is good for nothing`() async throws {
    let issuer = try Issuer()
    let access = try await AccessControl(Self.files(issuer)) { 0 }
    let credentials = Credentials(accessKeyID: "AKIDTWO", address: "a")
    #expect(try access.caller(credentials).grants.allows(.read))
    _ = try Self.files(
      issuer, #"{"keys": [{"id": "AKIDONE", "secret": "\#(Self.secret)", "name": "x"}]}"#)
    try await access.reload()
    #expect(access.secret(ofAccessKey: "AKIDTWO") == nil)
    #expect(throws: Denial.self) { try access.caller(credentials) }
  }

  @Test(
    arguments: [
      ("", "is not of the form"), ("{}", "is not of the form"), (#"{"keys": []}"#, "form"),
      (#"{"keys": [{"id": "a", "secret": "SECRET"}]}"#, "form"),
      (#"{"keys": [{"id": "a", "secret": "SECRET", "name": "n", "admin": true}]}"#, "form"),
      (#"{"keys": [{"id": "a/b", "secret": "SECRET", "name": "n"}]}"#, "without a slash"),
      (#"{"keys": [{"id": "a", "secret": "SECRET", "name": ""}]}"#, "and a name"),
      (#"{"keys": [{"id": "a", "secret": "short", "name": "n"}]}"#, "fewer than 16 bytes"),
      (
        #"{"keys": [{"id": "a", "secret": "SECRET", "name": "n"},"#
          + #" {"id": "a", "secret": "SECRET", "name": "m"}]}"#, "two keys with the id a"
      ),
    ])
  func `a file that cannot be used is refused, and no secret is told`(
    text: String, reason: String
  ) async throws {
    let issuer = try Issuer()
    let keys = text.replacing("SECRET", with: Self.secret)
    let fault = await #expect(throws: AccessFault.self) {
      try await AccessControl(Self.files(issuer, keys)) { 0 }
    }
    #expect(fault?.description.contains(reason) == true)
    #expect(fault?.description.contains(Self.secret) == false)
  }

  @Test func `others may not read the file`() async throws {
    let issuer = try Issuer()
    for mode: mode_t in [0o640, 0o604, 0o620] {
      let fault = await #expect(throws: AccessFault.self) {
        try await AccessControl(Self.files(issuer, mode: mode)) { 0 }
      }
      #expect(fault?.description.hasSuffix("let nobody else read it (chmod 600)") == true)
    }
  }
}
