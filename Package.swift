// swift-tools-version: 6.2
import PackageDescription

// The architecture, bottom up. Each C module has exactly one importing Swift target
// (Tests/RepositoryTests keeps that rule), and `Detect` imports nothing of the outside world.
//
//   detectd ──► DetectAPI ──► RPC ──► CNghttp2, CZlib, SwiftNIO, SwiftNIO SSL
//      │            ├──────► Access ──► JWTKit
//      │            ├──────► DeviceDocuments ──► CJansson
//      │            └──────► Detect ──► CDetectCore
//      ├──────► AWSAPI ───────┤       (and RPC for its TLS, Access, SigV4, Hummingbird)
//      ├──────► DeviceMQTT ──► DeviceDocuments, CMosquitto
//      ├──────► StoreSQLite ──┤
//      └──────► Alerts ───────┘
//                 └──────► SigV4 ──► Crypto

/// One set of rules for every Swift target.
let swift: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// One set of rules for the C we write. Generated C is compiled as it comes.
let c: [CSetting] = [
  .treatAllWarnings(as: .error),
  .enableWarning("all"),
  .enableWarning("extra"),
  .enableWarning("conversion"),
]

let package = Package(
  name: "detect",
  products: [.executable(name: "detectd", targets: ["detectd"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.15.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.1.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
  ],
  targets: [
    // C
    .target(name: "CDetectCore", path: "CSources/CDetectCore", cSettings: c),
    .target(name: "CDetectProto", dependencies: ["CProtobufC"], path: "CSources/CDetectProto"),
    .systemLibrary(
      name: "CNghttp2", path: "CSources/CNghttp2", pkgConfig: "libnghttp2",
      providers: [.apt(["libnghttp2-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "CSources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CProtobufC", path: "CSources/CProtobufC", pkgConfig: "libprotobuf-c",
      providers: [.apt(["libprotobuf-c-dev"])]),
    .target(
      name: "CPageCheck", dependencies: ["CSQLite"], path: "CSources/CPageCheck", cSettings: c),
    .systemLibrary(
      name: "CSQLite", path: "CSources/CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "CJansson", path: "CSources/CJansson", pkgConfig: "jansson",
      providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(
      name: "CMosquitto", path: "CSources/CMosquitto", pkgConfig: "libmosquitto",
      providers: [.apt(["libmosquitto-dev"])]),

    // Swift
    .target(name: "Detect", dependencies: ["CDetectCore"], swiftSettings: swift),
    .target(
      name: "RPC",
      dependencies: [
        "CNghttp2", "CZlib",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "Logging", package: "swift-log"),
      ],
      // Checks of exclusive access cost a tenth of a call. Every test runs with them.
      swiftSettings: swift + [
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
      ]),
    .target(
      name: "Access", dependencies: [.product(name: "JWTKit", package: "jwt-kit")],
      swiftSettings: swift),
    .target(
      name: "DetectAPI",
      dependencies: ["Access", "Detect", "DeviceDocuments", "RPC", "CDetectProto", "CProtobufC"],
      swiftSettings: swift),
    .target(
      name: "AWSAPI",
      dependencies: [
        "Access", "Detect", "DeviceDocuments", "RPC", "SigV4",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdHTTP2", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: swift),
    .target(
      name: "DeviceDocuments", dependencies: ["Detect", "CJansson"], swiftSettings: swift),
    .target(
      name: "DeviceMQTT", dependencies: ["Detect", "DeviceDocuments", "CMosquitto"],
      swiftSettings: swift),
    .target(
      name: "StoreSQLite", dependencies: ["Detect", "CPageCheck", "CSQLite"], swiftSettings: swift),
    .target(
      name: "SigV4", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: swift),
    .target(
      name: "Alerts",
      dependencies: [
        "Detect", "SigV4",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ], swiftSettings: swift),
    .executableTarget(
      name: "detectd",
      dependencies: [
        "DetectAPI", "AWSAPI", "DeviceDocuments", "DeviceMQTT", "RPC", "Access", "Detect",
        "StoreSQLite",
        "Alerts", "SigV4",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ], swiftSettings: swift),

    // Benchmarks
    .target(name: "CHeapMeter", path: "Tests/Benchmarks/HeapMeter", cSettings: c),
    .executableTarget(
      name: "EngineBench", dependencies: ["Detect", "CHeapMeter"],
      path: "Tests/Benchmarks/Engine", swiftSettings: swift),
    .executableTarget(
      name: "StoreBench", dependencies: ["Detect", "StoreSQLite"], path: "Tests/Benchmarks/Store",
      swiftSettings: swift),
    .executableTarget(
      name: "RPCBench",
      dependencies: ["RPC", .product(name: "Logging", package: "swift-log")],
      path: "Tests/Benchmarks/RPC/Server", swiftSettings: swift),

    // What the interop cases of gRPC are run against
    .executableTarget(
      name: "InteropServer",
      dependencies: ["RPC", .product(name: "Logging", package: "swift-log")],
      path: "Tests/GRPCInterop/Server", swiftSettings: swift),

    // Tests mirror Sources
    .target(name: "FuzzCorpus", path: "Tests/Fuzz/Corpus", swiftSettings: swift),
    .testTarget(
      name: "DetectTests", dependencies: ["Detect"], exclude: ["Engine/Goldens"],
      swiftSettings: swift),
    .testTarget(
      name: "RPCTests",
      dependencies: [
        // The other side of a connection is nghttp2's own client.
        "RPC", "CNghttp2", "FuzzCorpus",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ], exclude: ["Fuzz/corpus"], swiftSettings: swift),
    .testTarget(
      name: "AccessTests",
      dependencies: [
        "Access",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ], swiftSettings: swift),
    .testTarget(
      name: "DetectAPITests",
      dependencies: [
        // The fuzzers of requests hold ours against protobuf-c's.
        "DetectAPI", "Access", "CDetectProto", "Detect", "DeviceDocuments", "FuzzCorpus", "RPC",
        .product(name: "Logging", package: "swift-log"),
      ], exclude: ["Fuzz/corpus"], swiftSettings: swift),
    .testTarget(
      name: "AWSAPITests",
      dependencies: [
        "AWSAPI", "Access", "Detect", "DeviceDocuments", "RPC", "SigV4",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: swift),
    .testTarget(
      name: "DeviceDocumentsTests", dependencies: ["DeviceDocuments", "Detect", "FuzzCorpus"],
      exclude: ["Fuzz/corpus"], swiftSettings: swift),
    .testTarget(
      name: "DeviceMQTTTests", dependencies: ["DeviceMQTT", "DeviceDocuments", "Detect"],
      swiftSettings: swift),
    .testTarget(
      name: "StoreSQLiteTests", dependencies: ["StoreSQLite", "Detect"], swiftSettings: swift),
    .testTarget(name: "SigV4Tests", dependencies: ["SigV4"], swiftSettings: swift),
    .testTarget(
      name: "AlertsTests",
      dependencies: [
        "Alerts", "Detect", "SigV4",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ], swiftSettings: swift),
    .testTarget(
      name: "detectdTests",
      dependencies: [
        "detectd", "Access", "Alerts", "Detect", "DeviceMQTT", "RPC",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: swift),
    .testTarget(name: "RepositoryTests", swiftSettings: swift),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
