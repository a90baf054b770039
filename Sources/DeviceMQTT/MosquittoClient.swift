internal import CMosquitto
internal import Glibc

/// Why there is no connection to the broker, for the log.
package struct BrokerFault: Error, CustomStringConvertible {
  /// What is wrong, as libmosquitto or the broker says it.
  package let description: String

  init(_ description: String) { self.description = description }
}

/// One connection of libmosquitto. Only one thread may use it.
///
/// Whatever it sends waits until `write`: PUBACKs too, which libmosquitto queues as soon as a message is read.
/// That is what `mosquitto_threaded_set` is for here, and how a report is acknowledged only once it is
/// durable: nothing is written between reading it and the commit.
@safe final class MosquittoClient {
  struct Message {
    var topic: String
    var payload: [UInt8]
  }

  private let handle: OpaquePointer
  private let configuration: BrokerConfiguration
  /// What has been read and not been taken.
  private var messages: [Message] = []
  private(set) var unreadBytes = 0
  /// Whether the broker has granted the subscription; nil before it has answered.
  private(set) var isSubscribed: Bool?
  /// What the broker or OpenSSL said last, which says more than the code of an error.
  private var complaint: String?

  private static let library: Void = { _ = mosquitto_lib_init() }()

  init(_ configuration: BrokerConfiguration) throws(BrokerFault) {
    _ = Self.library
    guard let handle = unsafe mosquitto_new(configuration.clientID, false, nil) else {
      throw BrokerFault(unsafe String(cString: strerror(errno)))
    }
    unsafe self.handle = handle
    self.configuration = configuration
    unsafe mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    unsafe mosquitto_connect_v5_callback_set(handle, onConnect)
    unsafe mosquitto_subscribe_callback_set(handle, onSubscribe)
    unsafe mosquitto_message_callback_set(handle, onMessage)
    unsafe mosquitto_disconnect_v5_callback_set(handle, onDisconnect)
    unsafe mosquitto_log_callback_set(handle, onLog)
    try check(unsafe mosquitto_threaded_set(handle, true))
    try check(unsafe mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5))
    try check(
      unsafe mosquitto_int_option(
        handle, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(Limits.messagesPerGroup)))
    // Else PUBACKs wait for the broker's TCP to acknowledge the answers before them.
    try check(unsafe mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1))
    if let username = configuration.username {
      try check(unsafe mosquitto_username_pw_set(handle, username, configuration.password))
    }
    if configuration.address.usesTLS { try setTLS() }
  }

  deinit { unsafe mosquitto_destroy(handle) }

  private func setTLS() throws(BrokerFault) {
    // Without a function that answers for it, OpenSSL would ask the terminal for a key's password.
    let status = unsafe mosquitto_tls_set(
      handle, configuration.caFile, configuration.caFile == nil ? "/etc/ssl/certs" : nil,
      configuration.certificateFile, configuration.keyFile, { _, _, _, _ in 0 })
    guard status == MOSQ_ERR_SUCCESS.rawValue else {
      throw BrokerFault("the files of certificates or of the key cannot be read")
    }
  }

  /// Connects, blocking for as long as the system does, and asks for the session.
  func connect() throws(BrokerFault) {
    var properties: OpaquePointer?
    defer { unsafe mosquitto_property_free_all(&properties) }
    for (property, value) in [
      (MQTT_PROP_SESSION_EXPIRY_INTERVAL, Limits.sessionExpiry),
      (MQTT_PROP_MAXIMUM_PACKET_SIZE, UInt32(Limits.packetBytes)),
    ] {
      try check(
        unsafe mosquitto_property_add_int32(&properties, Int32(property.rawValue), value))
    }
    try check(
      unsafe mosquitto_connect_bind_v5(
        handle, configuration.address.host, Int32(configuration.address.port), Limits.keepAlive,
        nil, properties))
  }

  // MARK: I/O

  /// To be polled; -1 where there is no connection.
  var socket: Int32 { unsafe mosquitto_socket(handle) }

  /// Whether something waits for the socket to take it.
  var wantsToWrite: Bool { unsafe mosquitto_want_write(handle) }

  /// Reads what has come: of a connection in the clear one packet.
  func read() throws(BrokerFault) { try check(unsafe mosquitto_loop_read(handle, 1)) }

  /// Writes what waits, as far as the socket takes it.
  func write() throws(BrokerFault) { try check(unsafe mosquitto_loop_write(handle, 1)) }

  /// To be called about once a second: asks a silent broker whether it is there.
  func keepAlive() throws(BrokerFault) { try check(unsafe mosquitto_loop_misc(handle)) }

  /// What has been read since the last time.
  func takeMessages() -> [Message] {
    defer {
      messages = []
      unreadBytes = 0
    }
    return messages
  }

  var messageCount: Int { messages.count }

  /// Queues a message that nobody acknowledges. One that cannot be sent, since its topic or the whole is too
  /// long for the broker, is not; that a connection is lost is seen by the next write.
  func publish(_ payload: [UInt8], to topic: String) {
    _ = unsafe mosquitto_publish(
      handle, nil, topic, Int32(payload.count), payload, 0, false)
  }

  /// Queues the end of the connection. The session stays.
  func disconnect() throws(BrokerFault) { try check(unsafe mosquitto_disconnect(handle)) }

  private func check(_ status: Int32) throws(BrokerFault) {
    guard status != MOSQ_ERR_SUCCESS.rawValue else { return }
    let reason =
      status == MOSQ_ERR_ERRNO.rawValue
      ? unsafe String(cString: strerror(errno)) : unsafe String(cString: mosquitto_strerror(status))
    throw BrokerFault(complaint ?? reason)
  }

  // MARK: What libmosquitto tells

  fileprivate func connected(_ reason: Int32) {
    guard reason == 0 else {
      complaint = unsafe "the broker answers: \(String(cString: mosquitto_reason_string(reason)))"
      return
    }
    // Retained reports are old ones; live reports come whether retained or not.
    let options = Int32(MQTT_SUB_OPT_SEND_RETAIN_NEVER.rawValue)
    let status = unsafe mosquitto_subscribe_v5(
      handle, nil, configuration.topics.filter, 1, options, nil)
    if status != MOSQ_ERR_SUCCESS.rawValue {
      complaint = unsafe String(cString: mosquitto_strerror(status))
    }
  }

  fileprivate func subscribed(granted: Int32?) {
    isSubscribed = granted == 1
  }

  fileprivate func received(_ message: Message) {
    messages.append(message)
    unreadBytes += message.payload.count
  }

  fileprivate func disconnected(_ reason: Int32) {
    // The broker's own reasons begin with 128, below them are libmosquitto's errors.
    guard complaint == nil, reason >= 128 else { return }
    complaint = unsafe "the broker ends it: \(String(cString: mosquitto_reason_string(reason)))"
  }

  fileprivate func logged(_ level: Int32, _ text: String) {
    if level == MOSQ_LOG_ERR { complaint = text }
  }
}

/// The client that libmosquitto calls back. It calls only while one of the client's own methods runs.
private func client(_ context: UnsafeMutableRawPointer?) -> MosquittoClient? {
  unsafe context.map { unsafe Unmanaged<MosquittoClient>.fromOpaque($0).takeUnretainedValue() }
}

private func onConnect(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ reason: Int32, _: Int32,
  _: OpaquePointer?
) {
  unsafe client(context)?.connected(reason)
}

private func onSubscribe(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _: Int32, _ count: Int32,
  _ granted: UnsafePointer<Int32>?
) {
  unsafe client(context)?.subscribed(granted: count > 0 ? granted?.pointee : nil)
}

private func onMessage(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?,
  _ message: UnsafePointer<mosquitto_message>?
) {
  guard let message = unsafe message?.pointee, let topic = unsafe message.topic else { return }
  let payload = unsafe UnsafeRawBufferPointer(
    start: message.payload, count: Int(message.payloadlen))
  unsafe client(context)?.received(
    MosquittoClient.Message(topic: String(cString: topic), payload: Array(payload)))
}

private func onDisconnect(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ reason: Int32, _: OpaquePointer?
) {
  unsafe client(context)?.disconnected(reason)
}

private func onLog(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ level: Int32,
  _ text: UnsafePointer<CChar>?
) {
  guard let text = unsafe text else { return }
  unsafe client(context)?.logged(level, String(cString: text))
}
