import Detect
import Glibc

/// What webhooks get: CloudEvents 1.0 in JSON (cloudevents.io), structured mode.
///
/// `id` is the same whenever the same thing is sent again, so that receivers can tell a repetition.
enum CloudEvent {
  static let contentType = "application/cloudevents+json; charset=utf-8"

  static func json(of shipment: Shipment, account: Account) -> JSON {
    switch shipment {
    case .alert(let delivery):
      event(
        id: id(of: delivery.event), type: "detect.v1.ViolationEvent", latest: delivery.event,
        subject: delivery.event.thing.text, account, data: AlertMessage.json(of: delivery.event))
    case .digest(let deliveries):
      digest(deliveries.map(\.event), account)
    }
  }

  private static func digest(_ events: [ViolationEvent], _ account: Account) -> JSON {
    guard let first = events.first, let last = events.last else {
      preconditionFailure("a digest of nothing")
    }
    let counts = ViolationEventType.allCases.map { type in
      (AlertMessage.text(of: type), JSON.integer(Int64(events.count { $0.type == type })))
    }
    return event(
      id: "\(first.sequence)-\(last.sequence)-\(events.count)",
      type: "detect.v1.ViolationEventDigest", latest: last, subject: last.behavior.name, account,
      data: .object([
        ("securityProfileName", .text(last.securityProfileName)),
        ("behavior", AlertMessage.json(of: last.behavior)),
        ("counts", .object(counts)),
        (
          "events",
          .array(
            events.map { event in
              .object([
                ("id", .text(id(of: event))),
                ("violationEventTime", .integer(event.time)),
                ("thingName", .text(event.thing.text)),
                ("violationEventType", .text(AlertMessage.text(of: event.type))),
                ("violationId", .text(event.violationID)),
              ])
            })
        ),
      ]))
  }

  /// A violation has one event of each type.
  private static func id(of event: ViolationEvent) -> String {
    "\(event.violationID)-\(AlertMessage.text(of: event.type))"
  }

  private static func event(
    id: String, type: String, latest: ViolationEvent, subject: String, _ account: Account,
    data: JSON
  ) -> JSON {
    .object([
      ("specversion", .text("1.0")),
      ("id", .text(id)),
      ("source", .text(account.arn("securityprofile/\(latest.securityProfileName)"))),
      ("type", .text(type)),
      ("subject", .text(subject)),
      ("time", .text(timestamp(latest.time))),
      ("datacontenttype", .text("application/json")),
      ("data", data),
    ])
  }

  /// A moment in UTC as RFC 3339 writes it.
  private static func timestamp(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var date = unsafe tm()
    unsafe gmtime_r(&seconds, &date)
    func padded(_ number: Int32, to width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let day = unsafe [date.tm_year + 1900, date.tm_mon + 1, date.tm_mday]
    let time = unsafe [date.tm_hour, date.tm_min, date.tm_sec]
    return day.map { padded($0) }.joined(separator: "-") + "T"
      + time.map { padded($0) }.joined(separator: ":")
      + "." + padded(Int32(milliseconds % 1000), to: 3) + "Z"
  }
}
