import Detect
import Foundation
import StoreSQLite

/// Every implementation of the port; each test of the conformance suite runs on all of them.
enum Backend: CaseIterable {
  case memory
  case sqlite

  /// Gives `body` an empty store.
  func withStore<Result>(_ body: (any Store) async throws -> Result) async throws -> Result {
    switch self {
    case .memory:
      return try await body(MemoryStore())
    case .sqlite:
      let directory = try TemporaryDirectory()
      let store = try SQLiteStore(directory: directory.path)
      defer { store.close() }
      return try await body(store)
    }
  }
}

/// A directory that is removed with its owner.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("store-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The database's file.
  var database: String { path + "/detect.db" }
}
