import Testing

/// Imports are architecture. The build refuses a Swift target that is imported without being declared;
/// it does not see C modules, so their rule is kept here.
@Suite struct ImportTests {
  /// What each target may import. A module that is missing here is refused.
  static let allowed: [String: Set<String>] = [
    "Detect": ["CDetectCore", "Synchronization"],
    "RPC": [
      "CNghttp2", "CZlib", "Glibc", "Logging", "NIOCore", "NIOPosix", "NIOSSL", "NIOTLS",
      "SwiftASN1", "Synchronization", "X509",
    ],
    "Access": ["FoundationEssentials", "Glibc", "JWTKit", "Synchronization"],
    "AWSAPI": [
      "Access", "AsyncHTTPClient", "Detect", "DeviceDocuments", "FoundationEssentials", "HTTPTypes",
      "HummingbirdCore",
      "HummingbirdHTTP2", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "NIOTLS", "RPC",
      "SigV4", "Synchronization",
    ],
    "DetectAPI": [
      "Access", "CDetectProto", "CProtobufC", "Detect", "DeviceDocuments", "RPC", "Synchronization",
    ],
    "DeviceDocuments": ["CJansson", "Detect"],
    "DeviceMQTT": [
      "CMosquitto", "Detect", "DeviceDocuments", "Dispatch", "Glibc", "Synchronization",
    ],
    "SigV4": ["Crypto"],
    "Alerts": [
      "AsyncHTTPClient", "Crypto", "Detect", "Glibc", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
      "SigV4", "Synchronization",
    ],
    "StoreSQLite": ["CPageCheck", "CSQLite", "Detect", "Dispatch", "Glibc", "Synchronization"],
    "detectd": [
      "AWSAPI", "Access", "Alerts", "ArgumentParser", "Detect", "DetectAPI", "DeviceDocuments",
      "DeviceMQTT", "Dispatch",
      "FoundationEssentials", "Glibc", "Logging", "NIOCore", "NIOPosix", "RPC", "ServiceLifecycle",
      "SigV4", "StoreSQLite", "Synchronization", "UnixSignals",
    ],
  ]

  @Test(arguments: allowed.keys.sorted())
  func `A target imports what its layer allows`(target: String) throws {
    let allowed = try #require(Self.allowed[target])
    let files = SourceTree.sources.filter { $0.target == target }
    try #require(!files.isEmpty)
    for file in files {
      #expect(modules(importedBy: file).subtracting(allowed) == [], "\(file.path)")
    }
  }

  @Test func `Every target has its list of imports`() {
    #expect(Set(SourceTree.sources.map(\.target)) == Set(Self.allowed.keys))
  }

  @Test func `A C module has one importing target`() {
    let cModules = Set(
      SourceTree.file("Package.swift").text.matches(of: /name: "(C[A-Z]\w+)"/)
        .map { String($0.1) })
    #expect(cModules.count >= 5)
    for module in cModules {
      let importers = Set(
        SourceTree.sources.filter { modules(importedBy: $0).contains(module) }.map(\.target))
      #expect(importers.count <= 1, "\(module) is imported by \(importers.sorted())")
    }
  }

  private func modules(importedBy file: SourceFile) -> Set<String> {
    let statement = /(?m)^(?:@\w+ )*(?:\w+ )?import (?:struct |enum |class |func )?(\w+)/
    return Set(file.text.matches(of: statement).map { String($0.1) })
  }
}
