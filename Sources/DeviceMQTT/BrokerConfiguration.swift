/// The broker, and who we are there.
package struct BrokerConfiguration: Hashable, Sendable {
  package var address: BrokerAddress
  package var topics: ReportTopics
  /// The name of the session: two clients of one name throw each other out.
  package var clientID: String
  /// Who we are by name, nil where the broker asks for none.
  package var username: String?
  package var password: String?
  /// A PEM file of authorities to trust instead of the system's. This and the two below with TLS only.
  package var caFile: String?
  /// PEM files of a certificate of our own and its key; both or none.
  package var certificateFile: String?
  package var keyFile: String?

  /// A broker that asks for nothing.
  package init(address: BrokerAddress, topics: ReportTopics, clientID: String) {
    self.address = address
    self.topics = topics
    self.clientID = clientID
  }
}
