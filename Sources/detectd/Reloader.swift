import Access
import FoundationEssentials
import Logging
import RPC
import ServiceLifecycle
import UnixSignals

/// Reads certificates, keys and the policy again when SIGHUP asks for it, and when one of the files has
/// changed. Files that cannot be used leave what was read before in use.
struct Reloader: Service {
  /// Of each listener, all from the same files.
  let tls: [TLSContext]
  let access: AccessControl?
  let paths: [String]
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await withDiscardingTaskGroup { group in
        group.addTask {
          for await _ in await UnixSignalsSequence(trapping: .sighup) { await reload() }
        }
        group.addTask { await watch() }
      }
    }
  }

  /// Files may be replaced one after another: whatever a first look makes of half of them, the next
  /// finds that they have changed again.
  private func watch() async {
    var known = paths.map(Self.fingerprint)
    while !Task.isCancelled {
      try? await Task.sleep(for: Limits.fileCheck)
      let now = paths.map(Self.fingerprint)
      guard now != known, !Task.isCancelled else { continue }
      known = now
      await reload()
    }
  }

  /// A number that changes with what a file holds; nil for one that cannot be read. Times and sizes would
  /// miss a file that is replaced by a link to another.
  static func fingerprint(_ path: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    var hasher = Hasher()
    unsafe data.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return hasher.finalize()
  }

  func reload() async {
    do throws(TLSError) {
      for context in tls { try context.reload() }
    } catch {
      logger.error("the old certificate stays in use", metadata: ["reason": "\(error)"])
    }
    do throws(AccessFault) {
      try await access?.reload()
    } catch {
      logger.error("the old keys and policy stay in use", metadata: ["reason": "\(error)"])
    }
    logger.info("files read again", metadata: tlsMetadata)
  }

  private var tlsMetadata: Logger.Metadata {
    guard let tls = tls.first else { return [:] }
    return ["certificate-expires": "\(LineLogHandler.timestamp(tls.expiry * 1000))"]
  }
}
