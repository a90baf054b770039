import ArgumentParser
import DeviceMQTT

/// The broker that devices report at.
struct MQTTOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take devices' reports from this broker: mqtt://host[:port], or mqtts:// for TLS. It must speak "
        + "MQTT 5, and it decides who may report for which thing.",
      valueName: "url"))
  var mqtt: BrokerAddress?

  @Option(
    help: ArgumentHelp(
      "Trust the authorities in this PEM file instead of the system's.", valueName: "file"))
  var mqttCa: String?

  @Option(
    help: ArgumentHelp(
      "Show the broker the certificate in this PEM file.", valueName: "file"))
  var mqttCertificate: String?

  @Option(help: ArgumentHelp("The private key of that certificate, in PEM.", valueName: "file"))
  var mqttKey: String?

  @Option(help: ArgumentHelp("The name of the session with the broker.", valueName: "name"))
  var mqttClientId = "detectd"

  @Option(help: ArgumentHelp("Who this is, where the broker asks.", valueName: "name"))
  var mqttUsername: String?

  @Option(
    help: ArgumentHelp(
      "A file with the password, which nobody else may read. Else DETECTD_MQTT_PASSWORD has it.",
      valueName: "file"))
  var mqttPasswordFile: String?

  @Option(help: ArgumentHelp("What topics have before the thing.", valueName: "topic"))
  var mqttTopicPrefix = ReportTopics.awsPrefix
}

extension BrokerAddress: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

extension MQTTOptions {
  /// The broker, or nil where none is asked for.
  ///
  /// - Parameter environment: where the password is looked for if no file has it.
  func broker(
    _ environment: [String: String]
  ) throws(ValidationError) -> BrokerConfiguration? {
    let (mqttCertificate, mqttKey) = (mqttCertificate, mqttKey)
    guard let mqtt else {
      let others = [mqttCa, mqttCertificate, mqttKey, mqttUsername, mqttPasswordFile]
      guard others.allSatisfy({ $0 == nil }) else {
        throw ValidationError("--mqtt is missing: it says where the broker is")
      }
      return nil
    }
    guard let topics = ReportTopics(prefix: mqttTopicPrefix) else {
      throw ValidationError(
        "--mqtt-topic-prefix should be the beginning of a topic, without wildcards and without a "
          + "slash at its end")
    }
    guard (mqttCertificate == nil) == (mqttKey == nil) else {
      throw ValidationError("--mqtt-certificate and --mqtt-key go together")
    }
    guard mqtt.usesTLS || (mqttCa == nil && mqttCertificate == nil) else {
      throw ValidationError("--mqtt-ca and --mqtt-certificate need a broker with mqtts://")
    }
    guard !mqttClientId.isEmpty else { throw ValidationError("--mqtt-client-id is empty") }
    var broker = BrokerConfiguration(address: mqtt, topics: topics, clientID: mqttClientId)
    broker.username = mqttUsername
    broker.password = try password(environment)
    broker.caFile = mqttCa
    broker.certificateFile = mqttCertificate
    broker.keyFile = mqttKey
    guard broker.password == nil || broker.username != nil else {
      throw ValidationError("a password for the broker needs --mqtt-username")
    }
    return broker
  }

  private func password(_ environment: [String: String]) throws(ValidationError) -> String? {
    guard let path = mqttPasswordFile else { return environment["DETECTD_MQTT_PASSWORD"] }
    guard let text = String(validating: try SecretFile.contents(path), as: UTF8.self) else {
      throw ValidationError("the file \(path) is no text")
    }
    return String(text.prefix { $0 != "\n" && $0 != "\r\n" })
  }
}
