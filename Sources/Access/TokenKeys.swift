import JWTKit

/// The keys that tokens may be signed with, by their ids (RFC 7517).
struct TokenKeys: Sendable {
  struct Key: Sendable {
    let algorithm: any JWTAlgorithm
    /// "RS256", "ES256" or "EdDSA".
    let name: String
  }

  private let keys: [String: Key]

  /// The key of this id.
  subscript(id: String) -> Key? { keys[id] }

  /// Reads a set of keys. Keys of other kinds, or for other uses, are passed over, as RFC 7517
  /// section 5 asks; none at all, two of one id, and a private key are faults.
  init(file path: String) async throws(AccessFault) {
    let entries = try decodeFile(path, as: KeySet.self).keys
    var keys: [String: Key] = [:]
    for entry in entries where entry.isForSignatures {
      guard var jwk = entry.jwk, let id = jwk.keyIdentifier?.string,
        let algorithm = Self.algorithm(jwk)
      else { continue }
      guard jwk.privateExponent == nil else {
        throw AccessFault(
          description: "\(path) holds a private key, \(id): only the other half belongs here")
      }
      guard keys[id] == nil else {
        throw AccessFault(description: "\(path) has two keys with the id \(id)")
      }
      jwk.algorithm = algorithm
      do {
        let collection = try await JWTKeyCollection().add(jwk: jwk)
        keys[id] = Key(
          algorithm: try await collection.getKey(for: jwk.keyIdentifier), name: algorithm.rawValue)
      } catch {
        throw AccessFault(description: "\(path): the key \(id) cannot be used: \(error)")
      }
    }
    guard !keys.isEmpty else {
      throw AccessFault(description: "\(path) has no key for RS256, ES256 or EdDSA that has an id")
    }
    self.keys = keys
  }

  /// What a key signs with: what it says, or else the one algorithm that we take of its kind.
  private static func algorithm(_ key: JWK) -> JWK.Algorithm? {
    let algorithm: JWK.Algorithm? =
      switch (key.keyType, key.curve?.rawValue) {
      case (.rsa, _): .rs256
      case (.ecdsa, "P-256"): .es256
      case (.octetKeyPair, "Ed25519"): .eddsa
      default: nil
      }
    return key.algorithm == nil || key.algorithm == algorithm ? algorithm : nil
  }
}

/// A file of keys.
private struct KeySet: Decodable {
  struct Entry: Decodable {
    let isForSignatures: Bool
    /// Nil for a kind of key that is not known.
    let jwk: JWK?

    private enum CodingKeys: String, CodingKey {
      case use
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      isForSignatures = try values.decodeIfPresent(String.self, forKey: .use) ?? "sig" == "sig"
      jwk = try? JWK(from: decoder)
    }
  }

  let keys: [Entry]
}
