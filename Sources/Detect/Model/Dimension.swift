/// What a dimension looks at, by the API's texts (evidence.md 8.2).
package enum DimensionType: String, Sendable, CaseIterable {
  case topicFilter = "TOPIC_FILTER"
}

/// A named list of topic filters, by which profiles narrow a metric.
package struct Dimension: Hashable, Sendable {
  package var name: String
  /// The same for the dimension's whole life.
  package var type: DimensionType
  /// Topic filters, as they were sent.
  package var stringValues: [String]
  /// Stands for these filters. Given to no other ones, not even after the dimension is deleted: filters
  /// that say something else get a number of their own, so that values counted under the old ones cannot
  /// be taken for values of the new ones.
  package var number: UInt32
  /// The caller's mark of the request that created the dimension.
  package var clientRequestToken: String
  /// Milliseconds since the epoch.
  package var creationDate: Int64
  /// Milliseconds since the epoch.
  package var lastModifiedDate: Int64

  package init(
    name: String, type: DimensionType = .topicFilter, stringValues: [String], number: UInt32,
    clientRequestToken: String, creationDate: Int64, lastModifiedDate: Int64
  ) {
    self.name = name
    self.type = type
    self.stringValues = stringValues
    self.number = number
    self.clientRequestToken = clientRequestToken
    self.creationDate = creationDate
    self.lastModifiedDate = lastModifiedDate
  }

  /// The resource part of a dimension's ARN.
  static func resource(ofDimension name: String) -> String { "dimension/\(name)" }

  /// The resource part of this dimension's ARN.
  var resource: String { Self.resource(ofDimension: name) }
}

/// Which messages a narrowed metric counts. The raw value stands in journals.
package enum DimensionOperator: UInt8, Sendable, CaseIterable {
  /// Those whose topic matches a filter of the dimension.
  case isIn = 0
  /// Those whose topic matches none.
  case isNotIn = 1

  /// The operator of the API's text; nil for any other text. No text means IN.
  package init?(text: String?) {
    switch text {
    case nil, "IN": self = .isIn
    case "NOT_IN": self = .isNotIn
    default: return nil
    }
  }
}

/// A dimension as the engine knows it: its filters, parsed.
package struct TopicFilters: Sendable {
  /// The number of the dimension that has these filters.
  package let number: UInt32
  private let filters: [TopicFilter]

  /// The filters of a dimension. They were checked when it was created, or read from a record.
  package init(of dimension: Dimension) {
    number = dimension.number
    do {
      filters = try dimension.stringValues.map { text throws(TopicFilter.Fault) in
        try TopicFilter(text)
      }
    } catch {
      preconditionFailure("dimension \(dimension.name) has a filter that \(error.text)")
    }
  }

  /// Whether a message on this topic matches a filter.
  ///
  /// - Parameter clientID: what `${iot:ClientId}` stands for.
  package func match(topic: String, clientID: String) -> Bool {
    filters.contains { $0.matches(topic: topic, clientID: clientID) }
  }
}
