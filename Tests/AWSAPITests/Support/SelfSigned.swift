import Crypto
import FoundationEssentials
import RPC
import SwiftASN1
import X509

/// A key and a certificate that it signs itself, for "localhost", in files of a directory that ends with them.
final class SelfSigned: Sendable {
  let files: TLSFiles
  private let directory: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    files = TLSFiles(
      certificateChain: "\(directory)/certificate.pem", privateKey: "\(directory)/key.pem")
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName { CommonName("localhost") }
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
      notValidBefore: .now - 3600, notValidAfter: .now + 3600, issuer: name, subject: name,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions { SubjectAlternativeNames([.dnsName("localhost")]) },
      issuerPrivateKey: .init(key))
    try certificate.serializeAsPEM().pemString
      .write(toFile: files.certificateChain, atomically: true, encoding: .utf8)
    try key.pemRepresentation.write(toFile: files.privateKey, atomically: true, encoding: .utf8)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }
}
