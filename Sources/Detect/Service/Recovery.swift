/// An engine as the store knows it, and the position of the last group it has applied.
package struct Recovery: Sendable {
  package var engine: Engine
  package var position: Int64
  /// Position of the snapshot that the engine was loaded from.
  package var snapshotPosition: Int64
  /// Bytes of the journal's inputs since the snapshot.
  package var journalBytes: Int

  /// Loads the snapshot and applies the journal again. The events come out as they did the first time and
  /// are in the store already.
  package init(from store: any Store) throws(StoreError) {
    var engine = Engine()
    var position = try store.loadSnapshot { record throws(StoreError) in
      try engine.restore(record)
    }
    snapshotPosition = position
    var bytes = 0
    try store.loadJournal(after: position) { next, inputs throws(StoreError) in
      bytes += inputs.count
      var reader = ByteReader(inputs)
      while !reader.isAtEnd {
        _ = engine.apply(try Input(from: &reader))
      }
      position = next
    }
    self.engine = engine
    self.position = position
    journalBytes = bytes
  }
}
