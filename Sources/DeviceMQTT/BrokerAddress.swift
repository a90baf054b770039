/// Where a broker is: `mqtt://host[:port]`, or `mqtts://` for TLS.
package struct BrokerAddress: Hashable, Sendable, CustomStringConvertible {
  /// A name or an address; IPv6 without its brackets.
  package let host: String
  package let port: UInt16
  package let usesTLS: Bool

  /// Nil where the text is no such URL. The ports are those that IANA has for MQTT.
  package init?(_ text: String) {
    guard
      let scheme = text.wholeMatch(
        of: #/(mqtts?)://(?:\[([0-9A-Fa-f:.]+)\]|([^/:@?#\[\]]+))(?::([0-9]+))?/?/#)
    else { return nil }
    usesTLS = scheme.1 == "mqtts"
    host = String(scheme.2 ?? scheme.3 ?? "")
    guard let digits = scheme.4 else {
      port = usesTLS ? 8883 : 1883
      return
    }
    guard let port = UInt16(digits), port > 0 else { return nil }
    self.port = port
  }

  /// The URL, with its port.
  package var description: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return "\(usesTLS ? "mqtts" : "mqtt")://\(host):\(port)"
  }
}
