import Crypto
import CryptoExtras
import FoundationEssentials
import Synchronization

@testable import Access

/// Issues tokens of every sort, good and bad, without the library that reads them; its keys are in a
/// directory that ends with it.
final class Issuer: Sendable {
  enum Algorithm: String, CaseIterable { case RS256, ES256, EdDSA }

  let directory: String
  private let rsa: _RSA.Signing.PrivateKey
  private let ec = P256.Signing.PrivateKey()
  private let ed = Curve25519.Signing.PrivateKey()

  init() throws {
    rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    directory = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try writeKeys(Algorithm.allCases.map { try key($0) })
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var keyFile: String { directory + "/keys.json" }

  func files(policy: String, identifiesCallers: Bool = true) throws -> AccessFiles {
    try write("policy.json", policy)
    return AccessFiles(
      policy: directory + "/policy.json",
      tokens: TokenIssuer(
        issuer: "https://issuer.example.org", audience: "detect", keyFile: keyFile),
      identifiesCallers: identifiesCallers)
  }

  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
  }

  func writeKeys(_ keys: [String]) throws {
    try write("keys.json", #"{"keys":[\#(keys.joined(separator: ","))]}"#)
  }

  /// The public key of an algorithm as RFC 7517 writes it; its id is the algorithm's name.
  func key(_ algorithm: Algorithm, extra: String = "") throws -> String {
    let id = #""kid":"\#(algorithm.rawValue)"\#(extra)"#
    switch algorithm {
    case .RS256:
      let key = try rsa.publicKey.getKeyPrimitives()
      return
        #"{"kty":"RSA","use":"sig","n":"\#(text(key.modulus))","e":"\#(text(key.publicExponent))",\#(id)}"#
    case .ES256:
      let point = ec.publicKey.rawRepresentation
      return #"{"kty":"EC","crv":"P-256","x":"\#(text(point.prefix(32)))","#
        + #""y":"\#(text(point.suffix(32)))",\#(id)}"#
    case .EdDSA:
      return
        #"{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"\#(text(ed.publicKey.rawRepresentation))",\#(id)}"#
    }
  }

  /// A token of 1,000 seconds after the epoch, good for 500 s; `claims` replaces some, "" removes one.
  func token(
    _ algorithm: Algorithm = .ES256, _ claims: [String: String] = [:], header: String? = nil
  ) throws -> String {
    var all = [
      "iss": #""https://issuer.example.org""#, "aud": #""detect""#, "sub": #""gateway-7""#,
      "exp": "1500", "nbf": "1000",
    ]
    all.merge(claims) { $1 }
    let payload = all.filter { !$0.value.isEmpty }.map { #""\#($0)":\#($1)"# }.sorted()
    let head =
      header ?? #"{"alg":"\#(algorithm.rawValue)","typ":"JWT","kid":"\#(algorithm.rawValue)"}"#
    let signed = "\(text(head.utf8)).\(text("{\(payload.joined(separator: ","))}".utf8))"
    return try "\(signed).\(text(signature(algorithm, Data(signed.utf8))))"
  }

  private func signature(_ algorithm: Algorithm, _ data: Data) throws -> Data {
    switch algorithm {
    case .RS256: try rsa.signature(for: data, padding: .insecurePKCS1v1_5).rawRepresentation
    case .ES256: try ec.signature(for: data).rawRepresentation
    case .EdDSA: try ed.signature(for: data)
    }
  }

  /// What an attacker makes who uses the public key as a secret.
  func confusedToken() throws -> String {
    let head = #"{"alg":"HS256","kid":"RS256"}"#
    let payload =
      #"{"iss":"https://issuer.example.org","aud":"detect","sub":"x","exp":1500}"#
    let signed = "\(text(head.utf8)).\(text(payload.utf8))"
    let secret = SymmetricKey(data: Data(rsa.publicKey.pemRepresentation.utf8))
    let mac = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: secret)
    return "\(signed).\(text(Data(mac)))"
  }
}

/// Base64 as tokens have it (RFC 7515 section 2).
private func text(_ bytes: some Sequence<UInt8>) -> String {
  Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    .replacing("=", with: "")
}

/// A clock that a test moves.
final class TestClock: Sendable {
  private let milliseconds: Mutex<Int64>

  init(seconds: Int64 = 1_200) { milliseconds = Mutex(seconds * 1000) }

  var now: Int64 { milliseconds.withLock { $0 } }

  func set(seconds: Int64) { milliseconds.withLock { $0 = seconds * 1000 } }
}
