/// What an operation answers.
struct Content: Sendable {
  var body: [UInt8]
  var status = 200
  /// The media type of the body.
  var type = "application/json"
}
