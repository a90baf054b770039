import Glibc
import NIOCore

/// Why a server could not listen, in words for the person who started it.
package enum BindError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Another process (or another server of this one) listens there.
  case addressInUse(host: String, port: Int)
  /// Ports below 1024 need a privilege.
  case permissionDenied(host: String, port: Int)
  /// The host is not an address of this machine, or cannot be resolved.
  case noSuchAddress(host: String, port: Int)
  /// Any other refusal of the system, with its reason.
  case failed(host: String, port: Int, reason: String)

  /// One sentence.
  package var description: String {
    switch self {
    case .addressInUse(let host, let port):
      "cannot listen on \(host):\(port): the port is in use"
    case .permissionDenied(let host, let port):
      "cannot listen on \(host):\(port): permission denied"
    case .noSuchAddress(let host, let port):
      "cannot listen on \(host):\(port): not an address of this machine"
    case .failed(let host, let port, let reason):
      "cannot listen on \(host):\(port): \(reason)"
    }
  }
}

extension BindError {
  /// What the system's refusal means.
  package init(_ error: any Error, host: String, port: Int) {
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE: self = .addressInUse(host: host, port: port)
    case EACCES, EPERM: self = .permissionDenied(host: host, port: port)
    case EADDRNOTAVAIL: self = .noSuchAddress(host: host, port: port)
    case let code?:
      let reason = unsafe String(cString: strerror(code))
      self = .failed(host: host, port: port, reason: reason)
    case nil:
      self =
        error is SocketAddressError
        ? .noSuchAddress(host: host, port: port)
        : .failed(host: host, port: port, reason: "\(error)")
    }
  }
}
