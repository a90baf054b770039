import Testing

@testable import Detect
@testable import DeviceDocuments

/// Documents in the manner of each agent that is known (evidence.md 3.6). The Python agent itself makes
/// documents in `Tests/Interop/test_device_documents.py`.
struct AgentTests {
  private static func read(_ document: String) throws -> DeviceReport {
    try DeviceReport(Array(document.utf8), as: .json, of: "lamp", .sample)
  }

  @Test func `The Python agent: short names around long ones, ports twice, a sample of a list`()
    throws
  {
    let report = try Self.read(
      #"""
      {"hed":{"rid":1700001002,"v":"1.0"},"met":{"ns":{"bi":80,"bo":512,"pi":1,"po":4},
      "tc":{"ec":{"cs":[{"rad":"2001:db8::20:443","li":null,"lp":70000}],"t":120}},
      "tp":{"pts":[{"port":22,"interface":"0.0.0.0"},{"port":22},{"port":631,"interface":"::"}],"t":3}},
      "cmet":{"cpu_usage":[{"number":12.5}]}}
      """#)
    #expect(report.report.id == 1_700_001_002)
    #expect(
      report.report.datapoints.map(\.text) == [
        "aws:listening-tcp-ports [22, 22, 631]", "aws:num-listening-tcp-ports 3",
        "aws:all-bytes-in 80", "aws:all-bytes-out 512", "aws:all-packets-in 1",
        "aws:all-packets-out 4", #"aws:destination-ip-addresses ["2001:db8::20"]"#,
        "aws:num-established-tcp-connections 120",
      ])
    #expect(report.dropped.map(\.path) == ["cmet.cpu_usage[0].number"])
  }

  /// It opens its maps and lists without a length, and leaves network statistics out that are zero.
  @Test func `The C sample agent: CBOR of indefinite length`() throws {
    let document =
      "bf 63686564 bf 63726964 1a6553f100 6176 63312e30 ff 636d6574 bf 626e73 bf 62626f 190200 ff"
      + "627470 bf 637074 73 9f bf 627074 16 626966 6465746830 ff bf 627074 1922b3 ff ff 6174 02 ff ff ff"
    let report = try DeviceReport(bytes(document), as: .cbor, of: "lamp", .sample)
    #expect(report.dropped == [])
    #expect(
      report.report.datapoints.map(\.text) == [
        "aws:listening-tcp-ports [22, 8883]", "aws:num-listening-tcp-ports 2",
        "aws:all-bytes-out 512",
      ])
  }

  @Test func `The embedded C library: short names, no interfaces, custom metrics`() throws {
    let report = try Self.read(
      #"""
      {"hed": {"rid": 1700000701,"v": "1.0"},"met": {"tp": {"pts": [{"pt": 44207}, {"pt": 53}],"t": 2},
      "up": {"pts": [],"t": 0},"ns": {"bi": 11, "bo": 1, "pi": 1, "po": 1},
      "tc": {"ec": {"cs": [{"lp":33251,"rad":"203.0.113.7:8883"}],"t": 1}}},
      "cmet": {"temperature": [{"number": 41}], "gpio": [{"number_list": [1, 2, 3]}],
      "ssids": [{"string_list": ["eth0", "lo"]}], "peers": [{"ip_list": ["192.168.0.1"]}]}}
      """#)
    #expect(report.dropped == [])
    #expect(report.report.datapoints.count == 14)
  }

  /// Numbers have passed through a double. Of two ends in IPv6 one was cut.
  @Test func `The device SDKs: report_id is a double, IPv6 without brackets and cut`() throws {
    let document = { (end: String) in
      #"""
      {"header":{"report_id":1700000400.0,"version":"1.0"},"metrics":{
      "listening_tcp_ports":{"ports":[{"interface":"eth0","port":22}],"total":1},
      "network_stats":{"bytes_in":1.0,"bytes_out":2.0,"packets_in":3.0,"packets_out":4.0},
      "tcp_connections":{"established_connections":{"connections":[{"local_interface":"eth0",
      "local_port":38322,"remote_addr":"\#(end)"}],"total":1}}}}
      """#
    }
    let whole = try Self.read(document("2001:db8::20:443"))
    #expect(whole.report.id == 1_700_000_400)
    #expect(whole.dropped == [])
    #expect(
      whole.report.datapoints.suffix(2).map(\.text) == [
        #"aws:destination-ip-addresses ["2001:db8::20"]"#,
        "aws:num-established-tcp-connections 1",
      ])
    let cut = try Self.read(document("2001:db8:85a3:8d3:131"))
    #expect(
      cut.dropped.map(\.path) == [
        "metrics.tcp_connections.established_connections.connections[0]"
      ])
    #expect(
      cut.report.datapoints.map(\.metric)
        == whole.report.datapoints.map(\.metric).filter {
          $0 != Metric.named("aws:destination-ip-addresses")?.metric
        })
  }

  @Test func `Greengrass: long names, IPv6 in brackets`() throws {
    let report = try Self.read(
      #"""
      {"header":{"report_id":1700000400,"version":"1.0"},"metrics":{"tcp_connections":{
      "established_connections":{"connections":[{"local_interface":"eth0","local_port":443,
      "remote_addr":"[2001:db8:85a3:8d3:1319:8a2e:370:7348]:8883"}],"total":1}}}}
      """#)
    #expect(report.dropped == [])
    #expect(
      report.report.datapoints.map(\.text) == [
        #"aws:destination-ip-addresses ["2001:db8:85a3:8d3:1319:8a2e:370:7348"]"#,
        "aws:num-established-tcp-connections 1",
      ])
  }
}
