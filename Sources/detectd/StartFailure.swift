import Access
import Detect
import DeviceMQTT
import Glibc
import RPC

/// Why the daemon could not start: one line that says what to do, and the exit code.
enum StartFailure: Error, CustomStringConvertible {
  case store(StoreError)
  case tls(TLSError)
  case access(AccessFault)
  case listener(BindError, option: String)
  case broker(BrokerFault)

  var description: String {
    switch self {
    case .store(.unavailable(let text)):
      "the data directory cannot be used: \(text). Name one that this user may write to with "
        + "--data-dir."
    case .store(.inUse(let text)):
      "\(text). Stop that process, or name another directory with --data-dir."
    case .store(.corrupt(let text)):
      "the database is damaged: \(text). Restore it from a backup, or name an empty directory with "
        + "--data-dir."
    case .store(.newerSchema(let found, let supported)):
      "the database was written by a newer detectd (its schema is \(found), this version knows up to "
        + "\(supported)). Start that version."
    case .store(.unsuitable(let text)):
      "\(text). Start with the settings that the database was written under, or name an empty "
        + "directory with --data-dir."
    case .tls(let error): "\(error)."
    case .access(let error): "\(error)."
    case .listener(let error, let option):
      "\(error). Choose another address with \(option)."
    case .broker(let fault): "the broker cannot be used: \(fault)."
    }
  }

  /// The codes of sysexits.h that fit.
  var exitCode: Int32 {
    switch self {
    case .store(.unavailable): EX_CANTCREAT
    case .store(.inUse): EX_TEMPFAIL
    case .store(.corrupt), .store(.newerSchema): EX_DATAERR
    case .store(.unsuitable): EX_CONFIG
    case .tls, .access, .broker: EX_NOINPUT
    case .listener: EX_UNAVAILABLE
    }
  }
}
