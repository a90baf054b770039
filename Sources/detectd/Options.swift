import Alerts
import ArgumentParser
import Detect
import Logging

/// What the command line, the environment and the file may say.
struct Options: ParsableArguments {
  @Option(help: ArgumentHelp("Read further options from this JSON file.", valueName: "file"))
  var config: String?

  @OptionGroup(title: "The server") var server: ServerOptions
  @OptionGroup(title: "Security") var security: SecurityOptions
  @OptionGroup(title: "The account") var account: AccountOptions
  @OptionGroup(title: "Evaluation") var evaluation: EvaluationOptions
  @OptionGroup(title: "Retention and durability") var retention: RetentionOptions
  @OptionGroup(title: "Alerts") var alerts: AlertOptions
  @OptionGroup(title: "Devices") var mqtt: MQTTOptions

  /// Where the database is kept.
  func dataDirectory() throws(ValidationError) -> String {
    guard let directory = server.dataDir, !directory.isEmpty else {
      throw ValidationError("--data-dir is missing: it says where the database is kept")
    }
    return directory
  }

  /// The domain's settings: refuses what each option allows and all together do not.
  func settings() throws(ValidationError) -> Settings {
    var settings = Settings()
    settings.account = Account(
      partition: account.partition, region: account.region, id: account.accountId)
    settings.bucket = evaluation.bucket.milliseconds
    settings.grace = evaluation.grace.milliseconds
    settings.silence = evaluation.silence.milliseconds
    settings.minimumReportInterval = evaluation.minimumReportInterval.milliseconds
    settings.windowCapacity = evaluation.windowCapacity
    settings.thingCapacity = evaluation.thingCapacity
    settings.enforcesRateQuotas = evaluation.rateQuotas
    settings.metricValueRetention = retention.metricValueRetention.milliseconds
    settings.violationEventRetention = retention.violationEventRetention.milliseconds
    settings.snapshotJournalBytes = retention.snapshotJournalBytes
    let faults = settings.faults
    guard faults.isEmpty else { throw ValidationError(faults.joined(separator: "; ")) }
    return settings
  }

  /// Milliseconds that a group of inputs may wait for company.
  func commitDelay() throws(ValidationError) -> Int64 {
    let range = Detect.Limits.commitDelay
    guard range.contains(retention.commitDelay.milliseconds) else {
      throw ValidationError("--commit-delay: must be from 0s to \(range.upperBound / 1000)s")
    }
    return retention.commitDelay.milliseconds
  }

  /// How alerts are delivered.
  func deliveryPolicy() throws(ValidationError) -> DeliveryPolicy {
    var policy = DeliveryPolicy()
    policy.concurrency = alerts.alertConcurrency
    policy.rate = alerts.alertRate
    policy.expiry = alerts.alertExpiry.milliseconds
    policy.digestThreshold = alerts.alertDigestThreshold
    if let fault = policy.fault { throw ValidationError(fault) }
    return policy
  }

  var logger: Logger {
    var logger = Logger(label: "detectd") { _ in LineLogHandler(format: server.logFormat) }
    logger.logLevel = server.logLevel.level
    return logger
  }
}

struct ServerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep the database in this directory, which is created if need be. Required.",
      valueName: "dir"))
  var dataDir: String?

  @Option(
    help: ArgumentHelp(
      "Listen on this address and port; port 0 is any free one.", valueName: "address"))
  var listen = ListenAddress(host: "127.0.0.1", port: 50051)

  @Option(
    help: ArgumentHelp(
      "Speak the REST-JSON protocol of AWS IoT on this address and port, for the aws CLI and SDKs.",
      valueName: "address"))
  var awsListen: ListenAddress?

  @Option(help: "Write the log as lines of text or of JSON.")
  var logFormat = LogFormat.text

  @Option(help: ArgumentHelp("Log what is at least this severe.", valueName: "level"))
  var logLevel = LogLevel(.info)
}

struct AccountOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The partition in every ARN.", valueName: "name"))
  var partition = Settings().account.partition

  @Option(help: ArgumentHelp("The region in every ARN.", valueName: "name"))
  var region = Settings().account.region

  @Option(help: ArgumentHelp("The account in every ARN: twelve digits.", valueName: "id"))
  var accountId = Settings().account.id
}

struct EvaluationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Length of a bucket: a whole number of seconds. Behaviors may ask for AWS's durations while "
        + "this is AWS's 5 minutes, else for up to twelve buckets.", valueName: "time"))
  var bucket = Span(Settings().bucket)

  @Option(
    help: ArgumentHelp(
      "A bucket closes this long after its end; how old a report may be.", valueName: "time"))
  var grace = Span(Settings().grace)

  @Option(
    help: ArgumentHelp(
      "A violation is invalidated after this long without a datapoint.", valueName: "time"))
  var silence = Span(Settings().silence)

  @Option(
    help: ArgumentHelp(
      "Throttle a thing that reports sooner than this after its last report; 0s never does.",
      valueName: "time"))
  var minimumReportInterval = Span(Settings().minimumReportInterval)

  @Option(
    help: ArgumentHelp(
      "Reports of one thing held for windows; a further one is throttled.", valueName: "number"))
  var windowCapacity = Settings().windowCapacity

  @Option(
    help: ArgumentHelp(
      "Things whose state is kept; reports of a further one are throttled.", valueName: "number"))
  var thingCapacity = Settings().thingCapacity

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Enforce AWS's quotas of calls and reports per second.")
  var rateQuotas = Settings().enforcesRateQuotas
}

struct RetentionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Keep metric values this long.", valueName: "time"))
  var metricValueRetention = Span(Settings().metricValueRetention)

  @Option(help: ArgumentHelp("Keep violation events this long.", valueName: "time"))
  var violationEventRetention = Span(Settings().violationEventRetention)

  @Option(
    help: ArgumentHelp(
      "Keep the journal this short by snapshots: what a restart replays at most.",
      valueName: "bytes"))
  var snapshotJournalBytes = Settings().snapshotJournalBytes

  @Option(
    help: ArgumentHelp(
      "Under load, let a commit wait this long for more to share it; 0s never does.",
      valueName: "time"))
  var commitDelay = Span(Detect.Limits.defaultCommitDelay)
}

struct AlertOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Deliver alerts as this JSON file says; nobody else may read it. Without it nothing is sent.",
      valueName: "file"))
  var alertTargets: String?

  @Option(
    help: ArgumentHelp("Requests to one alert target at once.", valueName: "number"))
  var alertConcurrency = DeliveryPolicy().concurrency

  @Option(
    help: ArgumentHelp("Requests to one alert target per second.", valueName: "number"))
  var alertRate = DeliveryPolicy().rate

  @Option(
    help: ArgumentHelp(
      "Give up an alert that could not be delivered for this long.", valueName: "time"))
  var alertExpiry = Span(DeliveryPolicy().expiry)

  @Option(
    help: ArgumentHelp(
      "Send digests to a webhook when so many alerts wait for it.", valueName: "number"))
  var alertDigestThreshold = DeliveryPolicy().digestThreshold
}
