package import Detect

extension SQLiteStore {
  package func metricValues(
    thing: ThingName, metric: Metric, start: Int64, end: Int64, upTo position: Int64
  ) throws(StoreError) -> [MetricValueChunk] {
    try read { connection throws(StoreError) in
      var chunks: [MetricValueChunk] = []
      try connection.visitMetricValues(
        """
        INDEXED BY metric_values_by_thing
        WHERE thing = ?1 AND metric = ?2 AND first_time < ?4 AND last_time >= ?3 AND position <= ?5
        ORDER BY number
        """,
        [
          .text(thing.text), .integer(Int64(metric.number)), .integer(start), .integer(end),
          .integer(position),
        ]
      ) { chunk throws(StoreError) in
        guard chunk.thing == thing, chunk.metric == metric else {
          throw .corrupt("the metric values contradict their index")
        }
        chunks.append(chunk)
      }
      return chunks
    }
  }
}

extension Connection {
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
      guard let metric = UInt32(exactly: row.integer(1)).map(Metric.init(number:)) else {
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
      .text(chunk.thing.text), .integer(Int64(chunk.metric.number)), .integer(chunk.position),
      .integer(chunk.firstTime), .integer(chunk.lastTime), .blob(chunk.values),
      .integer(checksum(chunk)))
  }
}

/// The checksum of a chunk, its key and times included.
private func checksum(_ chunk: MetricValueChunk) -> Int64 {
  let place = Checksum.of(
    [chunk.position, chunk.firstTime, chunk.lastTime],
    seed: Checksum.of(chunk.thing.text, seed: UInt64(chunk.metric.number)))
  return Int64(bitPattern: Checksum.of(chunk.values, seed: place))
}
