import Access
import Alerts
import ArgumentParser
import Detect
import FoundationEssentials
import NIOCore
import NIOPosix
import SigV4

/// The file that says how alert targets are reached:
///
///     {
///       "sns": {"endpoint": "https://sns.eu-west-1.amazonaws.com"},
///       "webhooks": {
///         "arn:aws:sns:eu-west-1:000000000000:alarms": {"url": "https://…", "secret": "…"}
///       }
///     }
///
/// A target that "webhooks" names is a webhook; every other one is a topic of SNS, where "sns" is there. The file
/// holds secrets, so that nobody else may read it, and nothing of it is logged.
struct AlertTargetsFile: Decodable {
  struct SNS: Decodable {
    var endpoint: String
    /// The region of signatures; else that of each topic.
    var region: String?
    /// Else from the environment, as for AWS's own tools.
    var accessKeyID: String?
    var secretAccessKey: String?
    var sessionToken: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case endpoint, region
      case accessKeyID = "access-key-id"
      case secretAccessKey = "secret-access-key"
      case sessionToken = "session-token"
    }
  }

  struct Webhook: Decodable {
    var url: String
    var secret: String
    /// Whether many alerts may come in one request; they may where nothing is said.
    var digests: Bool?
    /// Whether the URL may lead to an address that is not of the public Internet.
    var allowPrivateAddresses: Bool?
    /// A file of certificates to trust besides the system's.
    var caFile: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case url, secret, digests
      case allowPrivateAddresses = "allow-private-addresses"
      case caFile = "ca-file"
    }
  }

  var sns: SNS?
  /// By the ARN of the target.
  var webhooks: [String: Webhook]?

  /// What no target needs.
  static let empty = AlertTargetsFile()

  private init() {}

  /// Reads and checks the file.
  init(path: String) throws(ValidationError) {
    let data = try SecretFile.contents(path)
    do {
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch {
      // The decoder's own words might quote a secret.
      throw ValidationError("the file \(path) is not of the form that docs/alerts.md shows")
    }
    if let fault { throw ValidationError("the file \(path): \(fault)") }
  }

  private var fault: String? {
    if let sns, !sns.endpoint.hasPrefix("https://"), !sns.endpoint.hasPrefix("http://") {
      return "the endpoint of sns should begin with https:// or http://"
    }
    for (arn, webhook) in (webhooks ?? [:]).sorted(by: { $0.key < $1.key }) {
      if !webhook.url.hasPrefix("https://") {
        return "the url of the webhook \(arn) should begin with https://"
      }
      if webhook.secret.utf8.count < WebhookTransport.secretBytes {
        return "the secret of the webhook \(arn) should have at least "
          + "\(WebhookTransport.secretBytes) bytes"
      }
    }
    return nil
  }
}

/// The ways to the alert targets, with their connections.
final class AlertRoutes: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let senders: [HTTPSender]
  private let sns: SNSTransport?
  private let webhooks: [String: WebhookTransport]

  /// - Parameter environment: where credentials are looked for that the file lacks.
  init(
    _ file: AlertTargetsFile, account: Account, policy: DeliveryPolicy,
    environment: [String: String]
  ) throws(ValidationError) {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    self.group = group
    var senders: [HTTPSender] = []
    func sender(_ caFile: String? = nil, publicOnly: Bool) throws(ValidationError) -> HTTPSender {
      let trustRoots = caFile.map { FileManager.default.contents(atPath: $0) }
      if let caFile, trustRoots == .some(nil) {
        throw ValidationError("the file \(caFile) cannot be read")
      }
      do {
        let sender = try HTTPSender(
          on: group, connections: policy.concurrency, trustRoots: trustRoots?.map { [UInt8]($0) },
          publicOnly: publicOnly)
        senders.append(sender)
        return sender
      } catch {
        throw ValidationError("the file \(caFile ?? "") does not hold certificates in PEM")
      }
    }
    if let configuration = file.sns {
      sns = SNSTransport(
        .init(
          endpoint: configuration.endpoint, region: configuration.region,
          credentials: try configuration.credentials(environment)),
        sender: try sender(publicOnly: false), clock: System.milliseconds)
    } else {
      sns = nil
    }
    var webhooks: [String: WebhookTransport] = [:]
    for (arn, webhook) in file.webhooks ?? [:] {
      webhooks[arn] = WebhookTransport(
        .init(
          url: webhook.url, secret: Array(webhook.secret.utf8),
          allowsDigests: webhook.digests ?? true),
        account: account,
        sender: try sender(
          webhook.caFile, publicOnly: !(webhook.allowPrivateAddresses ?? false)),
        clock: System.milliseconds)
    }
    self.webhooks = webhooks
    self.senders = senders
  }

  /// How a target is reached.
  func route(to target: String) -> Result<any AlertTransport, NoRoute> {
    if let webhook = webhooks[target] { return .success(webhook) }
    if let sns { return .success(sns) }
    return .failure(NoRoute("no way to this target is configured (--alert-targets)"))
  }

  /// Ends the connections.
  func close() async {
    for sender in senders { await sender.close() }
    try? await group.shutdownGracefully()
  }
}

extension AlertTargetsFile.SNS {
  fileprivate func credentials(
    _ environment: [String: String]
  ) throws(ValidationError) -> SigV4.Credentials {
    if let accessKeyID, let secretAccessKey {
      return SigV4.Credentials(
        accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
    }
    guard accessKeyID == nil, secretAccessKey == nil, let key = environment["AWS_ACCESS_KEY_ID"],
      let secret = environment["AWS_SECRET_ACCESS_KEY"]
    else {
      throw ValidationError(
        """
        sns needs credentials: access-key-id and secret-access-key in the file, or \
        AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment
        """)
    }
    return SigV4.Credentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
  }
}
