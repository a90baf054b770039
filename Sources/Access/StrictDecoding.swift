// A key that is misspelled must not be overlooked: it may be the one that forbids something.

extension Decoder {
  /// Throws if the object has keys that are none of these.
  func refuseKeys<Keys: CodingKey & CaseIterable>(except keys: Keys.Type) throws {
    let known = Set(keys.allCases.map(\.stringValue))
    for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: codingPath, debugDescription: "\"\(key.stringValue)\" is not known"))
    }
  }
}

extension KeyedDecodingContainer {
  /// What is wrong with the value of a key.
  func fault(_ key: Key, _ text: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath + [key], debugDescription: text))
  }
}

/// Any key of an object.
struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
