/// The methods of a server, found by the bytes of a path, so that no text is made of it.
///
/// The hash may be a cheap one: the paths in the table are the server's own, and a path that is looked
/// up only has to be told from them.
final class MethodTable: Sendable {
  /// A method and where it is found.
  final class Route: Sendable {
    let path: String
    let method: Method
    fileprivate let bytes: [UInt8]

    fileprivate init(_ path: String, _ method: Method) {
      self.path = path
      self.method = method
      bytes = Array(path.utf8)
    }
  }

  /// Each route lies where its hash says or behind it. Half of the places, at least, are free.
  private let places: [Route?]

  init(_ methods: [String: Method]) {
    var size = 2
    while size < 2 * methods.count { size *= 2 }
    var places = [Route?](repeating: nil, count: size)
    for (path, method) in methods {
      let route = Route(path, method)
      var place = Self.hash(Array(path.utf8).span) & (size - 1)
      while places[place] != nil { place = (place + 1) & (size - 1) }
      places[place] = route
    }
    self.places = places
  }

  /// The route of this path, if there is one.
  func route(of path: Span<UInt8>) -> Route? {
    var place = Self.hash(path) & (places.count - 1)
    while let route = places[place] {
      if path.equals(route.bytes) { return route }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// Paths differ in their ends: those of a service begin alike.
  private static func hash(_ path: Span<UInt8>) -> Int {
    var hash = UInt64(path.count)
    for index in max(0, path.count - 8)..<path.count {
      hash = hash << 8 ^ hash >> 56 ^ UInt64(path[index])
    }
    return Int(truncatingIfNeeded: (hash &* 0x9e37_79b9_7f4a_7c15) >> 32)
  }
}
