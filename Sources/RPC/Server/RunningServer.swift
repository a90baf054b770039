/// A server that listens.
package final class RunningServer: Sendable {
  /// The port it listens on.
  package let port: Int

  init(port: Int) { self.port = port }

  /// Stops: listens no more, tells every client, lets calls in flight finish, and closes. After
  /// `Limits.gracePeriod` the calls still open are cancelled with UNAVAILABLE. Returns when all
  /// connections are closed and every handler has ended.
  package func shutdownGracefully() async {
  }
}
