package import Detect

/// What one request to a target carries.
package enum Shipment: Hashable, Sendable {
  case alert(AlertDelivery)
  /// Alerts of one profile and behavior, by rising sequence number.
  case digest([AlertDelivery])

  /// The alerts in it.
  package var deliveries: [AlertDelivery] {
    switch self {
    case .alert(let delivery): [delivery]
    case .digest(let deliveries): deliveries
    }
  }
}

/// What became of a request.
package enum SendResult: Hashable, Sendable {
  /// The target has taken it.
  case delivered
  /// The target works and does not want this; it would not want it later either.
  case refused(String)
  /// The target cannot be reached or is in trouble. It may have said after how many milliseconds it
  /// wants to be asked again.
  case failed(String, retryAfter: Int64?)
}

/// How a target can be reached.
package enum Delivery: Hashable, Sendable {
  /// Not at all, and why.
  case none(String)
  /// One alert a request.
  case each
  /// Also many alerts a request.
  case digests
}
