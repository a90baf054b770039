import Access
import ArgumentParser
import FoundationEssentials

/// Files that hold secrets.
enum SecretFile {
  /// The contents of a file that only its owner may read.
  static func contents(_ path: String) throws(ValidationError) -> Data {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("the file \(path) cannot be read")
    }
    guard PrivateFile.isPrivate(path) else {
      throw ValidationError("the file \(path) holds secrets: let nobody else read it (chmod 600)")
    }
    return data
  }
}
