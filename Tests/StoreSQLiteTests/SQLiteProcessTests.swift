import Detect
import Foundation
import StoreSQLite
import Testing

/// What needs a process of its own: locks, deaths, and a file system that refuses.
@Suite struct SQLiteProcessTests {
  @Test func `what was acknowledged survives a kill`() async throws {
    let directory = try TemporaryDirectory()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
      let store = try SQLiteStore(directory: path)
      for position in 1...200 as ClosedRange<Int64> {
        try store.commit(
          JournalGroup(
            position: position, inputs: [UInt8(position)], events: [.sample(position)]))
      }
      kill(getpid(), SIGKILL)
    }
    // The lock died with its holder.
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    #expect(try store.journal().map(\.inputs) == (1...200).map { [UInt8($0)] })
    #expect(try store.allEvents().map(\.sequence) == Array(1...200))
  }

  @Test func `a second process on the same directory is refused`() async throws {
    let directory = try TemporaryDirectory()
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    await #expect(processExitsWith: .success) { [path = directory.path as String] in
      #expect(throws: StoreError.inUse("\(path) is in use by another process")) {
        try SQLiteStore(directory: path)
      }
    }
    try store.commit([[1]])
    #expect(try store.journal().count == 1)
  }

  @Test func `a second store in the same process is refused until the first is closed`() throws {
    let directory = try TemporaryDirectory()
    let store = try SQLiteStore(directory: directory.path)
    #expect(throws: StoreError.inUse("\(directory.path) is in use by another process")) {
      try SQLiteStore(directory: directory.path)
    }
    store.close()
    try SQLiteStore(directory: directory.path).close()
  }

  @Test func `a write that the system refuses keeps nothing, and later ones succeed`() async throws
  {
    let directory = try TemporaryDirectory()
    await #expect(processExitsWith: .success) { [path = directory.path as String] in
      let store = try SQLiteStore(directory: path)
      signal(SIGXFSZ, SIG_IGN)
      try limitFileSize(1 << 20)
      let inputs = [UInt8](repeating: 1, count: 100_000)
      var position: Int64 = 0
      let error = #expect(throws: StoreError.self) {
        while true {
          let group = JournalGroup(
            position: position + 1, inputs: inputs, events: [.sample(position + 1)])
          try store.commit(group)
          position += 1
        }
      }
      let text = unavailableText(error) ?? ""
      #expect(text.contains(path) && text.contains("File too large"), "\(text)")
      #expect(position > 0)
      // Reading goes on, and shows nothing of the group that failed.
      #expect(try store.journal().count == Int(position))
      #expect(try store.allEvents().count == Int(position))
      #expect(
        performing: {
          try store.writeAndCompact(
            SnapshotPart(
              position: position, records: [SnapshotRecord(key: [1], value: inputs)],
              metricValues: []))
        }, throws: { unavailableText($0) != nil })
      #expect(try store.snapshot().position == 0)

      try limitFileSize(1 << 30)
      try store.commit(
        JournalGroup(position: position + 1, inputs: [2], events: [.sample(position + 1)]))
      store.close()
      let reopened = try SQLiteStore(directory: path)
      #expect(try reopened.journal().count == Int(position) + 1)
      #expect(try reopened.allEvents().count == Int(position) + 1)
    }
  }

  @Test func `a directory that cannot be used is refused with its path and the reason`() throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/file"
    try Data([1]).write(to: URL(fileURLWithPath: file))
    let cases = [
      (file, "Not a directory"), (file + "/store", "Not a directory"),
      (directory.path + "/absent/store", "No such file or directory"),
    ]
    for (path, reason) in cases {
      let text = unavailableText(
        #expect(throws: StoreError.self) { try SQLiteStore(directory: path) })
      #expect(text?.contains(path) == true && text?.contains(reason) == true, "\(text ?? "")")
    }
  }

  @Test func `what is created is for its owner alone`() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/store"
    let store = try SQLiteStore(directory: path)
    defer { store.close() }
    try store.commit([[1]])
    let names = ["", "/detect.db", "/detect.db-wal", "/detect.db-shm", "/detect.lock"]
    for (name, mode) in zip(names, [0o700, 0o600, 0o600, 0o600, 0o600]) {
      let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
      #expect(attributes[.posixPermissions] as? Int == mode, "\(name)")
    }
  }
}

/// Lets no file of this process grow beyond a size.
private func limitFileSize(_ bytes: UInt) throws {
  var limit = rlimit()
  unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  limit.rlim_cur = bytes
  try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
}
