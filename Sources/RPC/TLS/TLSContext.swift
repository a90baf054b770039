import NIOCore
package import NIOSSL
import Synchronization

/// The keys that a server shows to new connections. They can be replaced while it serves: what is
/// connected goes on under the keys that it began with.
package final class TLSContext: Sendable {
  private struct State {
    var context: NIOSSLContext
    var expiry: Int64
  }

  private let files: TLSFiles
  private let protocols: [String]
  private let shutdownTimeout: Duration
  private let state: Mutex<State>

  /// Reads the files. `protocols` are what the server speaks, as ALPN names it, the best one first.
  package init(
    _ files: TLSFiles, protocols: [String] = ["h2"], limits: Limits = Limits()
  ) throws(TLSError) {
    self.files = files
    self.protocols = protocols
    shutdownTimeout = limits.closeTimeout
    state = Mutex(try Self.read(files, protocols, shutdownTimeout))
  }

  /// Reads the files again. If they cannot be used, what was read before stays in use.
  package func reload() throws(TLSError) {
    let new = try Self.read(files, protocols, shutdownTimeout)
    state.withLock { $0 = new }
  }

  /// When the certificate shown to new connections expires, in seconds since the epoch.
  package var expiry: Int64 { state.withLock { $0.expiry } }

  /// What a new connection begins with.
  package var current: NIOSSLContext { state.withLock { $0.context } }

  private static func read(
    _ files: TLSFiles, _ protocols: [String], _ shutdownTimeout: Duration
  ) throws(TLSError) -> State {
    let chain = try use(files.certificateChain) { try NIOSSLCertificate.fromPEMFile($0) }
    guard let leaf = chain.first else {
      throw TLSError(description: "there is no certificate in \(files.certificateChain)")
    }
    let key = try use(files.privateKey) { try NIOSSLPrivateKey(file: $0, format: .pem) }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    // HTTP/2 asks for 1.2 (RFC 9113 section 9.2), and older ones are withdrawn (RFC 8996). 1.3 alone
    // would shut out the TLS libraries of older devices.
    configuration.minimumTLSVersion = .tlsv12
    configuration.cipherSuiteValues = cipherSuites
    configuration.applicationProtocols = protocols
    configuration.shutdownTimeout = TimeAmount(shutdownTimeout)
    if let path = files.clientAuthorities {
      let authorities = try use(path) { try NIOSSLCertificate.fromPEMFile($0) }
      guard !authorities.isEmpty else {
        throw TLSError(description: "there is no certificate in \(path)")
      }
      configuration.trustRoots = .certificates(authorities)
      configuration.certificateVerification =
        files.requiresClientCertificate ? .noHostnameVerification : .optionalVerification
      configuration.sendCANameList = true
    }
    let context = try use(files.privateKey) { _ in
      try NIOSSLContext(configuration: configuration)
    }
    return State(context: context, expiry: Int64(leaf.notValidAfter))
  }

  /// Those of TLS 1.2 that HTTP/2 allows (RFC 9113 appendix A forbids the others); the ones of 1.3
  /// are always on.
  private static let cipherSuites: [NIOTLSCipher] = [
    .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
  ]

  private static func use<Result>(
    _ path: String, _ body: (String) throws -> Result
  ) throws(TLSError) -> Result {
    do {
      return try body(path)
    } catch {
      throw TLSError(description: "\(path) cannot be used: \(error)")
    }
  }
}
