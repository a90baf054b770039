package import Detect

extension SQLiteStore {
  package func metricValues(
    thing: ThingName, start: Int64, end: Int64, upTo position: Int64
  ) throws(StoreError) -> [MetricValueChunk] {
    try read { connection throws(StoreError) in
      var chunks: [MetricValueChunk] = []
      try connection.visitMetricValues(
        """
        INDEXED BY metric_values_by_thing
        WHERE thing = ?1 AND last_time >= ?2 AND first_time < ?3 AND position <= ?4
        ORDER BY number
        """, [.text(thing.text), .integer(start), .integer(end), .integer(position)]
      ) { chunk throws(StoreError) in
        guard chunk.thing == thing else {
          throw .corrupt("the metric values contradict their index")
        }
        chunks.append(chunk)
      }
      return chunks
    }
  }
}

extension Connection {
  /// Stands for the metric of a chunk whose values name their own.
  private static let manyMetrics: Int64 = -1

  /// Visits the chunks that an index and a condition choose, or all.
  func visitMetricValues(
    _ choice: String = "", _ bindings: [Binding] = [],
    _ visit: (MetricValueChunk) throws(StoreError) -> Void
  ) throws(StoreError) {
    try query(
      """
      SELECT thing, metric, position, first_time, last_time, payload, checksum
      FROM metric_values \(choice)
      """, bindings
    ) { row throws(StoreError) in
      let metric = UInt32(exactly: row.integer(1)).map(Metric.init(number:))
      guard metric != nil || row.integer(1) == Self.manyMetrics else {
        throw .corrupt("a chunk of metric values is damaged")
      }
      let chunk = MetricValueChunk(
        thing: ThingName(row.text(0)), metric: metric, position: row.integer(2),
        firstTime: row.integer(3), lastTime: row.integer(4), values: row.blob(5))
      guard row.integer(6) == checksum(chunk) else {
        throw .corrupt("a chunk of metric values is damaged")
      }
      try visit(chunk)
    }
  }

  func insert(_ chunk: MetricValueChunk) throws(StoreError) {
    try execute(
      """
      INSERT INTO metric_values
        (thing, metric, position, first_time, last_time, payload, checksum)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """,
      .text(chunk.thing.text), .integer(chunk.metric.map { Int64($0.number) } ?? Self.manyMetrics),
      .integer(chunk.position),
      .integer(chunk.firstTime), .integer(chunk.lastTime), .blob(chunk.values),
      .integer(checksum(chunk)))
  }
}

/// The checksum of a chunk, its key and times included.
private func checksum(_ chunk: MetricValueChunk) -> Int64 {
  let place = Checksum.of(
    [chunk.position, chunk.firstTime, chunk.lastTime],
    seed: Checksum.of(chunk.thing.text, seed: chunk.metric.map { UInt64($0.number) } ?? .max))
  return Int64(bitPattern: Checksum.of(chunk.values, seed: place))
}
