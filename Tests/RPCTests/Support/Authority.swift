import Crypto
import FoundationEssentials
import NIOSSL
import SwiftASN1
import X509

@testable import RPC

/// A certificate authority for tests, with files in a directory that ends with it.
final class Authority: Sendable {
  let directory: String
  private let key = P256.Signing.PrivateKey()
  private let name: DistinguishedName

  init(_ commonName: String = "Test authority") throws {
    name = try DistinguishedName { CommonName(commonName) }
    directory = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try write("ca.pem", certificate().serializeAsPEM().pemString)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var path: String { directory + "/ca.pem" }

  private func certificate() throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
      notValidBefore: .now - 3600, notValidAfter: .now + 86_400, issuer: name, subject: name,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        Critical(KeyUsage(keyCertSign: true))
      }, issuerPrivateKey: .init(key))
  }

  /// Writes `NAME.pem` and `NAME.key` of a new certificate with these alternative names.
  @discardableResult
  func issue(
    _ name: String, dns: [String] = [], uris: [String] = [], expiry: TimeInterval = 3600
  ) throws -> TLSFiles {
    let leafKey = P256.Signing.PrivateKey()
    let names =
      dns.map { GeneralName.dnsName($0) }
      + uris.map { GeneralName.uniformResourceIdentifier($0) }
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(leafKey.publicKey),
      notValidBefore: .now - 7200, notValidAfter: .now + expiry, issuer: self.name,
      subject: try DistinguishedName {
        CommonName(name)
        OrganizationName("Example")
      },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        if !names.isEmpty { SubjectAlternativeNames(names) }
      }, issuerPrivateKey: .init(key))
    try write("\(name).pem", certificate.serializeAsPEM().pemString)
    try write("\(name).key", leafKey.pemRepresentation)
    return files(name)
  }

  func files(_ name: String) -> TLSFiles {
    TLSFiles(
      certificateChain: "\(directory)/\(name).pem", privateKey: "\(directory)/\(name).key")
  }

  static func copy(_ path: String, over other: String) throws {
    try String(contentsOfFile: path, encoding: .utf8)
      .write(toFile: other, atomically: true, encoding: .utf8)
  }

  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
  }

  /// What a client needs that trusts this authority and shows that certificate, if any.
  func client(
    showing files: TLSFiles? = nil, protocols: [String] = ["h2"], version: TLSVersion? = nil
  ) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
    configuration.applicationProtocols = protocols
    configuration.minimumTLSVersion = version ?? .tlsv12
    configuration.maximumTLSVersion = version
    if let files {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(files.certificateChain)
        .map { .certificate($0) }
      configuration.privateKey = .privateKey(try .init(file: files.privateKey, format: .pem))
    }
    return try NIOSSLContext(configuration: configuration)
  }
}
