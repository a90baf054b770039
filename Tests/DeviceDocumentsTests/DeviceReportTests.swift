import Testing

@testable import Detect
@testable import DeviceDocuments

/// What a document means, and which fault costs what (evidence.md 3.1, 3.7, U10).
struct DeviceReportTests {
  /// A document with these members below the header, or the fault's text.
  private static func read(_ members: String) -> Result<DeviceReport, DocumentFault> {
    read(document: #"{"header": {"report_id": 7, "version": "1.0"}, \#(members)}"#)
  }

  private static func read(document text: String) -> Result<DeviceReport, DocumentFault> {
    Result { () throws(DocumentFault) in
      let document = try DocumentValue(json: Array(text.utf8))
      let fromJSON = try DeviceReport(document.json, as: .json, of: "lamp", .sample)
      let fromCBOR = try DeviceReport(document.cbor, as: .cbor, of: "lamp", .sample)
      #expect(fromJSON == fromCBOR)
      return fromJSON
    }
  }

  private func faults(_ text: String) -> String {
    if case .failure(let fault) = Self.read(document: text) { return fault.text }
    return "none"
  }

  @Test func `Every metric of AWS is found, long and short and mixed`() throws {
    let long = try Self.read(
      #"""
      "metrics": {
        "listening_tcp_ports": {"ports": [{"port": 22, "interface": "wlan0"}, {"port": 22}], "total": 9},
        "listening_udp_ports": {"ports": [{"port": 53, "interface": null}]},
        "network_stats": {"bytes_in": 1, "bytes_out": 2.0, "packets_in": 0, "packets_out": 4},
        "tcp_connections": {"established_connections": {"connections": [
          {"remote_addr": "203.0.113.7:8883", "local_port": 70000, "local_interface": "wlan0"},
          {"remote_addr": "[2001:db8::20]:443"}], "total": 2}}}
      """#
    ).get()
    #expect(long.dropped == [])
    #expect(long.report.id == 7)
    #expect(long.report.thing == ThingName("lamp"))
    #expect(
      long.report.datapoints.map(\.text) == [
        "aws:listening-tcp-ports [22, 22]", "aws:num-listening-tcp-ports 9",
        "aws:listening-udp-ports [53]", "aws:num-listening-udp-ports 1",
        "aws:all-bytes-in 1", "aws:all-bytes-out 2", "aws:all-packets-in 0",
        "aws:all-packets-out 4",
        #"aws:destination-ip-addresses ["203.0.113.7", "2001:db8::20"]"#,
        "aws:num-established-tcp-connections 2",
      ])
    let short = try Self.read(
      document: #"""
        {"hed": {"rid": 7.0, "v": "1.0"}, "met": {
          "tp": {"pts": [{"pt": 22, "interface": "wlan0"}, {"port": 22}], "t": 9},
          "listening_udp_ports": {"pts": [{"port": 53}], "total": null},
          "ns": {"bi": 1, "bytes_out": 2, "pi": 0, "po": 4},
          "tc": {"ec": {"cs": [{"rad": "203.0.113.7:8883", "lp": 1, "li": "wlan0"},
            {"rad": "2001:db8::20:443"}], "t": 2}}}, "unknown": [{}]}
        """#
    ).get()
    #expect(short.report == long.report)
  }

  @Test func `A list that is there and empty is a value, what is missing is none`() throws {
    let cleared = try Self.read(#""metrics": {"listening_tcp_ports": {"ports": []}}"#).get()
    #expect(
      cleared.report.datapoints.map(\.text) == [
        "aws:listening-tcp-ports []", "aws:num-listening-tcp-ports 0",
      ])
    for nothing in [
      #""metrics": {}"#, #""metrics": {"tcp_connections": {}}"#, #""custom_metrics": {}"#,
    ] {
      #expect(try Self.read(nothing).get().report.datapoints == [])
    }
  }

  @Test func `Custom metrics of every type are found`() throws {
    let report = try Self.read(
      #"""
      "cmet": {"temperature": [{"number": -4.5}], "gpio": [{"number_list": [3, 7.5]}],
        "ssids": [{"string_list": ["plant a", "x:_-/.9"]}], "peers": [{"ip_list": ["10.0.0.1", "::1"]}]}
      """#
    ).get()
    #expect(report.dropped == [])
    #expect(
      report.report.datapoints.map(\.text) == [
        "gpio [3.0, 7.5]", #"peers ["10.0.0.1", "::1"]"#, #"ssids ["plant a", "x:_-/.9"]"#,
        "temperature -4.5",
      ])
  }

  @Test(arguments: [
    (#"{"ns": {"bi": 1.5}}"#, "{}", "met.ns.bi: a count is whole"),
    (#"{"ns": {"bi": 1.8446744073709552e+19}}"#, "{}", "met.ns.bi: a count is whole"),
    (
      #"{"tp": {"pts": [{"pt": 1}, {"pt": 65536}]}}"#, "{}", "met.tp.pts[1]: a port is in 1...65535"
    ),
    (#"{"tp": {"pts": [{"pt": 1.5}]}}"#, "{}", "met.tp.pts[0]: a port is whole"),
    (
      #"{"tc": {"ec": {"cs": [{"rad": "10.0.0.1:1"}, {"rad": "2001:db8:85a3:8d3:131"}]}}}"#, "{}",
      "met.tc.ec.cs[1]: the address in it is cut or missing"
    ),
    (
      #"{"tc": {"ec": {"cs": [{"rad": "host.example:1"}]}}}"#, "{}",
      "met.tc.ec.cs[0]: not an IPv4 or IPv6 address"
    ),
    (
      "{}", #"{"undeclared": [{"number": 1}]}"#,
      "cmet.undeclared[0].number: unknown metric undeclared"
    ),
    (
      "{}", #"{"aws:source-ip-address": [{"ip_list": ["10.0.0.1"]}]}"#,
      "cmet.aws:source-ip-address[0].ip_list: aws:source-ip-address is no custom metric"
    ),
    (
      "{}", #"{"temperature": [{"string_list": ["x"]}]}"#,
      "cmet.temperature[0].string_list: temperature is measured in number"
    ),
    (
      "{}", #"{"ssids": [{"string_list": ["good", "b@d"]}]}"#,
      "cmet.ssids[0].string_list[1]: a string is at most 1024 letters, digits, spaces and :_-/."
    ),
    (
      "{}", #"{"peers": [{"ip_list": ["10.0.0.1", "10.0.0"]}]}"#,
      "cmet.peers[0].ip_list[1]: not an IPv4 or IPv6 address"
    ),
  ])
  func `Content that is not acceptable drops its metric alone`(
    metrics: String, custom: String, dropped: String
  ) throws {
    let metrics = #"{"up": {"t": 3}, \#(metrics.dropFirst())"#.replacing(", }", with: "}")
    let report = try Self.read(#""met": \#(metrics), "cmet": \#(custom)"#).get()
    #expect(report.dropped.map(\.text) == [dropped])
    #expect(report.report.datapoints.contains { $0.text == "aws:num-listening-udp-ports 3" })
  }

  @Test(arguments: [
    ("[]", "an object is needed"), ("{}", "header is missing"),
    (#"{"hed": []}"#, "hed: an object is needed"), (#"{"hed": {}}"#, "hed: report_id is missing"),
    (#"{"hed": {"rid": null}}"#, "hed: report_id is missing"),
    (#"{"hed": {"rid": "7"}}"#, "hed.rid: a number is needed"),
    (#"{"hed": {"rid": 0}}"#, "hed.rid: a positive integer is needed"),
    (#"{"hed": {"rid": 1.5}}"#, "hed.rid: a positive integer is needed"),
    (#"{"hed": {"rid": 7, "report_id": 7}}"#, "hed: both report_id and rid are given"),
    (#"{"header": {"rid": 7}}"#, "header: version is missing"),
    (#"{"header": {"rid": 7, "v": 1.0}}"#, "header.v: a text is needed"),
    (#"{"header": {"rid": 7, "v": "1"}}"#, "header.v: Major.Minor is needed"),
    (#"{"header": {"rid": 7, "v": "1.0"}}"#, "neither metrics nor custom_metrics is there"),
  ])
  func `A header that is wrong rejects the report`(document: String, fault: String) {
    #expect(faults(document) == fault)
  }

  @Test(arguments: [
    (#""met": []"#, "met: an object is needed"),
    (#""met": {}, "metrics": {}"#, "both metrics and met are given"),
    (#""met": {"tp": {"pts": {}}}"#, "met.tp.pts: a list is needed"),
    (#""met": {"tp": {"pts": [22]}}"#, "met.tp.pts[0]: an object is needed"),
    (
      #""met": {"tp": {"pts": [{"pt": 22}, {"pt": 0}]}}"#,
      "met.tp.pts[1].pt: a number from 1 on is needed"
    ),
    (#""met": {"tp": {"pts": [{"pt": 22, "if": 3}]}}"#, "met.tp.pts[0].if: a text is needed"),
    (#""met": {"tp": {"t": -1}}"#, "met.tp.t: a number from 0 on is needed"),
    (#""met": {"ns": {"bi": "1"}}"#, "met.ns.bi: a number is needed"),
    (#""met": {"ns": {"bi": -1}}"#, "met.ns.bi: a number from 0 on is needed"),
    (
      #""met": {"tc": {"ec": {"cs": [{"rad": "10.0.0.1:1"}, {"lp": 1}]}}}"#,
      "met.tc.ec.cs[1]: remote_addr is missing"
    ),
    (
      #""met": {"tc": {"ec": {"cs": [{"rad": "10.0.0.1:1", "lp": -1}]}}}"#,
      "met.tc.ec.cs[0].lp: a number from 0 on is needed"
    ),
    // Content at fault does not hide a structure at fault behind it.
    (
      #""met": {"tc": {"ec": {"cs": [{"rad": "nowhere"}, {}]}}}"#,
      "met.tc.ec.cs[1]: remote_addr is missing"
    ),
    // AWS documents this one as rejecting the whole report.
    (#""met": {}, "cmet": {"x": {"number": 1}}"#, "cmet.x: a list is needed"),
    (#""cmet": {"x": []}"#, "cmet.x: a list of one object with one member is needed"),
    (#""cmet": {"x": [{}]}"#, "cmet.x: a list of one object with one member is needed"),
    (
      #""cmet": {"x": [{"number": 1, "a": 1}]}"#,
      "cmet.x: a list of one object with one member is needed"
    ),
    (
      #""cmet": {"x": [{"count": 1}]}"#,
      "cmet.x[0].count: number, number_list, string_list or ip_list is needed"
    ),
    (#""cmet": {"x": [{"number": "1"}]}"#, "cmet.x[0].number: a number is needed"),
    (
      #""cmet": {"x": [{"number_list": [1, null]}]}"#,
      "cmet.x[0].number_list[1]: a number is needed"
    ),
    (#""cmet": {"x": [{"ip_list": [1]}]}"#, "cmet.x[0].ip_list[0]: a text is needed"),
    (#""cmet": {"a\nb": 1}"#, #"cmet.a\nb: a list is needed"#),
  ])
  func `A structure that is wrong rejects the report`(members: String, fault: String) {
    #expect(faults(#"{"header": {"report_id": 7, "version": "1.0"}, \#(members)}"#) == fault)
  }

  @Test func `NaN, which only CBOR can say, is no number from 0 on and no custom number`() throws {
    let nan = DocumentValue.number(.real(.nan))
    let header = DocumentValue.object(["rid": .number(.integer(1)), "v": .text("1.0")])
    let counter = DocumentValue.object([
      "hed": header, "met": .object(["ns": .object(["bi": nan])]),
    ])
    #expect(throws: DocumentFault("a number from 0 on is needed", at: "met.ns.bi")) {
      try DeviceReport(counter.cbor, as: .cbor, of: "lamp", .sample)
    }
    let custom = DocumentValue.object([
      "hed": header, "cmet": .object(["temperature": .list([.object(["number": nan])])]),
    ])
    let report = try DeviceReport(custom.cbor, as: .cbor, of: "lamp", .sample)
    #expect(report.dropped.map(\.text) == ["cmet.temperature[0].number: a number is finite"])
  }

  @Test(arguments: [
    ("", "a thing name is required"), ("a\u{7}", "the thing name contains control characters"),
    (String(repeating: "é", count: 65), "the thing name is over 128 bytes"),
  ])
  func `A thing name that is none rejects the report`(thing: String, fault: String) {
    let document = Array(#"{"hed": {"rid": 1, "v": "1.0"}, "met": {}}"#.utf8)
    #expect(throws: DocumentFault(fault)) {
      try DeviceReport(document, as: .json, of: thing, .sample)
    }
  }
}
