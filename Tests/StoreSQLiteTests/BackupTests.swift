import Detect
import Foundation
import Testing

@testable import StoreSQLite

/// Copies of a store that is open, and what stands in their way. The command is tested from outside.
@Suite struct BackupTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private var source: String { directory.path + "/source" }
  private var target: String { directory.path + "/target" }

  @Test func `a copy has what was committed, and the file keeps its form`() throws {
    let store = try SQLiteStore(directory: source)
    defer { store.close() }
    try store.commit(ViolationEvent.samples(250, seed: 1))
    let backup = try Backup(of: source, to: target)
    try store.commit([[7]], after: 3)
    try backup.publish()
    #expect(!FileManager.default.fileExists(atPath: backup.draft))
    let copy = try SQLiteStore(directory: target)
    defer { copy.close() }
    #expect(try copy.journal() == store.journal().dropLast())
    #expect(try copy.allEvents() == store.allEvents())
    #expect(try copy.integrityFaults() == [])
    try copy.commit([[8]], after: 3)
    let attributes = try FileManager.default.attributesOfItem(atPath: target + "/detect.db")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func `a target that has come into being meanwhile is left as it is`() throws {
    try SQLiteStore(directory: source).close()
    let backup = try Backup(of: source, to: target + "//")
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
    try Data([1]).write(to: URL(fileURLWithPath: target + "/file"))
    #expect(performing: { try backup.publish() }, throws: { unavailableText($0) != nil })
    backup.discard()
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["file"])
    #expect(!FileManager.default.fileExists(atPath: backup.draft))
  }

  @Test func `a file that is not ours is not copied`() throws {
    try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: false)
    try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: source + "/detect.db"))
    #expect(performing: { try Backup(of: source, to: target) }, throws: isCorrupt)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["source"])
  }

  @Test func `so many damages of a file are named`() throws {
    let store = try SQLiteStore(directory: source)
    try store.commit((1...50).map { ViolationEvent.sample($0) })
    try store.write { connection throws(StoreError) in
      try connection.execute("UPDATE violation_event SET time = time + 1")
    }
    defer { store.close() }
    #expect(try store.integrityFaults().count == Limits.integrityFaults)
  }
}
