import FoundationEssentials

/// The access keys that requests may be signed with, as a file says them:
///
///     {"keys": [{"id": "AKIDTERRAFORM", "secret": "…", "name": "terraform"}]}
///
/// The file holds secrets: nobody else may read it, and nothing of it is told.
struct AccessKeys: Sendable {
  /// One key.
  struct Key: Sendable, Decodable {
    /// What requests name the key by.
    let id: String
    /// What they are signed with.
    let secret: String
    /// Who has the key, for the policy and the log.
    let name: String

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case id, secret, name
    }

    init(from decoder: any Decoder) throws {
      try decoder.refuseKeys(except: CodingKeys.self)
      let values = try decoder.container(keyedBy: CodingKeys.self)
      id = try values.decode(String.self, forKey: .id)
      secret = try values.decode(String.self, forKey: .secret)
      name = try values.decode(String.self, forKey: .name)
    }
  }

  private struct File: Decodable {
    let keys: [Key]
  }

  private let keys: [String: Key]

  /// The key of this id.
  subscript(id: String) -> Key? { keys[id] }

  /// Reads and checks the file.
  init(file path: String) throws(AccessFault) {
    guard let data = FileManager.default.contents(atPath: path), data.count <= Limits.fileBytes
    else {
      throw AccessFault(
        description: "\(path) cannot be read, or is over \(Limits.fileBytes) bytes")
    }
    guard PrivateFile.isPrivate(path) else {
      throw AccessFault(
        description: "\(path) holds secrets: let nobody else read it (chmod 600)")
    }
    // The decoder's own words might quote a secret.
    guard let file = try? JSONDecoder().decode(File.self, from: data), !file.keys.isEmpty else {
      throw AccessFault(
        description: "\(path) is not of the form {\"keys\": [{\"id\", \"secret\", \"name\"}]}")
    }
    var keys: [String: Key] = [:]
    for key in file.keys {
      guard !key.id.isEmpty, !key.id.contains("/"), !key.name.isEmpty else {
        throw AccessFault(
          description: "\(path): a key has an id without a slash, and a name")
      }
      guard key.secret.utf8.count >= Limits.secretBytes else {
        throw AccessFault(
          description:
            "\(path): the secret of \(key.id) has fewer than \(Limits.secretBytes) bytes")
      }
      guard keys.updateValue(key, forKey: key.id) == nil else {
        throw AccessFault(description: "\(path) has two keys with the id \(key.id)")
      }
    }
    self.keys = keys
  }
}
