/// Every fixed limit of the domain, each with its reason. Settings that an operator may change stand in
/// `Settings`.
package enum Limits {
  // Names and texts (evidence.md 4.2, 5.3).

  /// Characters of a profile, behavior, thing or group name: the API model's maximum.
  package static let nameCharacters = 128
  /// UTF-8 bytes of a thing name in a report: AWS rejects longer ones (evidence.md 3.3).
  package static let thingNameBytes = 128
  /// Characters of a profile's description: the API model's maximum.
  package static let descriptionCharacters = 1000
  /// Characters of a thing group's description: the API model's maximum.
  package static let groupDescriptionCharacters = 2028
  /// Characters of a role's ARN: the API model's range.
  package static let roleARNCharacters = 20...2048
  /// Characters of an alert target's ARN: the API model's maximum.
  package static let alertTargetARNCharacters = 1...2048
  /// Characters of an export topic: the API model's range.
  package static let mqttTopicCharacters = 1...512
  /// Characters of an attribute's name: the API model's maximum.
  package static let attributeNameCharacters = 128
  /// Characters of an attribute's value: the API model's maximum.
  package static let attributeValueCharacters = 800
  /// Attributes of a thing without a type (evidence.md 5.3).
  package static let attributesWithoutType = 3
  /// Attributes of a thing with a type, and of a group (evidence.md 5.3).
  package static let attributesWithType = 50
  /// Characters of a tag's key: the API model's range.
  package static let tagKeyCharacters = 1...128
  /// Characters of a tag's value: the API model's maximum.
  package static let tagValueCharacters = 256
  /// Tags of one resource: AWS's quota.
  package static let tagsPerResource = 50
  /// Characters of a custom metric's display name: the API model's maximum.
  package static let displayNameCharacters = 128
  /// Characters of what a person says of a violation: the API model's maximum.
  package static let verificationDescriptionCharacters = 1000
  /// Characters of a client's request token: the API model's maximum.
  package static let clientRequestTokenCharacters = 64

  // Profiles (evidence.md 6.1).

  /// Behaviors of one profile: AWS's quota.
  package static let behaviorsPerProfile = 100
  /// Counts, networks and ports in the criteria of one profile together: AWS's quota.
  package static let valueElementsPerProfile = 1000
  /// Characters of a caller's text that a message repeats: a valid name fits, and no message of one fault
  /// comes near the API's maximum of 2048.
  package static let quotedCharacters = 128
  /// Characters of all faults in one error. The error travels in headers, twice, and common clients take
  /// 8 KiB of them.
  package static let joinedFaultsCharacters = 1024
  /// Metrics retained by one profile without a behavior. AWS publishes no number; every metric that
  /// exists fits, and the list stays bounded.
  package static let metricsToRetainPerProfile = 100
  /// Profiles attached to one target: AWS's quota.
  package static let profilesPerTarget = 5
  /// Targets of one profile. AWS publishes no number; they are all detached in the one step that deletes the
  /// profile, some ten milliseconds. A group above many does for all of them.
  package static let targetsPerProfile = 10_000
  /// consecutiveDatapointsToAlarm and consecutiveDatapointsToClear: the API's range.
  package static let consecutiveDatapoints: ClosedRange<Int64> = 1...10
  /// Characters of a network's text: the API model's range.
  package static let cidrCharacters = 2...43
  /// A port in a behavior: the API model's range.
  package static let ports: ClosedRange<Int64> = 0...65535

  /// Profiles of one backtest: what covers one thing at most, five on each of its targets, rounded up.
  package static let profilesPerBacktest = 100
  /// Times of a backtest's reports, in milliseconds since the epoch: to the end of the year 9999. A time in
  /// another unit is found out, and no sum of times leaves 64 bits.
  package static let backtestTimes: ClosedRange<Int64> = 0...253_402_300_799_999
  /// Profiles of the account. AWS publishes no number; this one bounds what may be created.
  package static let securityProfiles = 5000

  // Custom metrics (evidence.md 2.3, 6.1).

  /// Custom metrics of the account: AWS's quota.
  package static let customMetrics = 100
  /// Numbers that custom metrics are given, each once, since stored values of a deleted metric keep its
  /// number. They leave room for AWS's own below, and last for 645 times as many metrics as there may be.
  package static let customMetricNumbers: ClosedRange<UInt16> = 1000...65535

  // Dimensions (evidence.md 6.1, 8.2).

  /// Dimensions of the account: AWS's quota.
  package static let dimensions = 10
  /// Topic filters of one dimension: the API model's range.
  package static let topicFiltersPerDimension = 1...100
  /// Characters of a topic filter: the API model's range.
  package static let topicFilterCharacters = 1...256
  /// Numbers that lists of filters are given, each once, since windows and stored values of earlier ones
  /// keep theirs. With operator and metric behind it a number fills 32 bits; the least one keeps clear of
  /// all metrics that are not narrowed. They last for ten updates a second during a month.
  package static let dimensionNumbers: ClosedRange<UInt32> = 512...(1 << 25 - 1)
  /// Bytes of a reported topic: AWS's maximum.
  package static let topicBytes = 256
  /// Datapoints with a topic in one report. Each is held against every filter of the dimensions in use, 1,000 at
  /// most: some 17 ms for such a report at worst.
  package static let topicsPerReport = 100

  // Groups (evidence.md 5.3).

  /// Groups of the account. AWS publishes no number; this one bounds what may be created.
  package static let thingGroups = 100_000

  /// Levels of a group hierarchy, its root included: AWS's quota.
  package static let groupDepth = 7
  /// Direct children of one group: AWS's quota.
  package static let childrenPerGroup = 100
  /// Members that leave a group in one step when it is deleted: each may end some violations, and a report
  /// waits until the step is on the disk.
  package static let membersLeavingAtOnce = 250
  /// Groups that one thing is in: AWS's quota.
  package static let groupsPerThing = 10

  // Lists (evidence.md 6.3).

  /// Items a page may hold: the API's range.
  package static let pageSize: ClosedRange<Int64> = 1...250
  /// Items of a page where the caller names no number (evidence.md U37).
  package static let defaultPageSize = 25
  /// Names that one page looks at where filters leave some out. A list of a million names with a filter
  /// that nothing passes would hold up everybody else; the page ends early instead, with a token.
  package static let namesVisitedPerPage = 10_000
  /// The same for violations in alarm, of which each is looked for in the states of things: some milliseconds.
  package static let violationsVisitedPerPage = 5000

  /// Milliseconds that one list of metric values may span: AWS's 14 days (evidence.md 8.6).
  package static let metricValueRange: Int64 = 14 * 86_400_000

  // The engine.

  /// Milliseconds by which a report's own time may be ahead of ours (evaluation.md 2).
  package static let reportTimeAhead: Int64 = 1000
  /// Reports per second of the account: AWS's quota, enforced only where the settings say so.
  package static let reportsPerSecond = 3500

  /// Elements at fault that an explanation keeps of one list: enough to see what was wrong, while a list
  /// may have 65,535 elements and a streak ten lists.
  package static let explainedElements = 16

  /// Report ids of one thing that are remembered to recognise duplicates (evaluation.md 9).
  package static let rememberedReportIDs = 64
  /// Datapoints of one report: all built-in metrics several times over; bounds the work of one input.
  package static let datapointsPerReport = 1000
  /// Bytes of one string in a report. AWS publishes no number; every name and topic filter fits, and a list
  /// of them stays bounded.
  package static let reportedStringBytes = 1024
  /// Elements of one list datapoint: all ports of a device; bounds memory for one value.
  package static let elementsPerDatapoint = 65535

  // Suggestions.

  /// Things that suggestions look at: a percentile of them can be as fine as p99.9, and what is normal for so
  /// many is normal for the rest.
  package static let suggestionThings = 1000
  /// Things of a target that are looked at in one step of the engine's thread: well below a millisecond.
  package static let thingsPerSamplingStep = 2000
  /// Values and elements of lists that suggestions are made from: some 30 MB, and seconds of backtest.
  package static let suggestionValues = 200_000
  /// Milliseconds of values of one thing and metric that are read from the store at once: a day.
  package static let suggestionPart: Int64 = 86_400_000
  /// Suggestions that may be in the making at a time: each takes a thread and memory for seconds.
  package static let suggestionsAtOnce = 2
  /// Alarms that a suggested behavior may have raised. More are no longer few, whatever the target.
  package static let suggestedAlarms: ClosedRange<Int64> = 0...1000
  /// Ports, numbers or texts in a suggested set: a longer list describes nothing that is normal.
  package static let suggestedElements = 100
  /// Networks of each family in a suggested set, for the same reason.
  package static let suggestedNetworks = 32
  /// Events that come with one suggestion: enough to see what they are about.
  package static let suggestedEvents = 10

  // The service.

  /// Steps of a close or a change in one slice, which every report that comes meanwhile may wait for: some
  /// milliseconds of work and of writing events, far from the 50 that a report may wait.
  package static let stepsPerSlice = 4096
  /// Events that wait for the invalidations of a change before them, some 50 MB: a change of a second would have
  /// to meet 100,000 events. Past them the change goes first and reports wait.
  package static let waitingEvents = 100_000
  /// Bytes of retained values that wait in memory for the next snapshot, and as many again while one is being written. They
  /// take about what the reports take in the journal, whose limit mostly comes first.
  package static let unsavedBytes = 64 << 20
  /// Records and chunks of a snapshot in one part: some milliseconds of encoding and of writing, since every
  /// report may wait for both.
  package static let snapshotItems = 1000
  /// Bytes of the journal whose removal takes as long as moving one record, by which the work of a compaction is known
  /// beforehand.
  package static let journalBytesPerRow = 2 << 10
  /// Bytes of a part, for things of which much is kept.
  package static let snapshotPartBytes = 1 << 20
  /// Reports of a thing's log in one record of a snapshot. What does not fill one is written with every change of the
  /// thing, some 400 bytes on average; a record costs about a hundred besides its reports.
  package static let reportsPerChunk = 64
  /// Things that are looked at for each item of a part: where few have changed the others are only passed.
  package static let snapshotVisits = 16
  /// Milliseconds that a group may wait for company, for the operator to choose: 0 is off, and past a second a
  /// caller would take it for a fault.
  package static let commitDelay: ClosedRange<Int64> = 0...1000
  /// The same where the operator has chosen nothing: few beside a round trip, and enough to save most of the
  /// disk's confirmations under load.
  package static let defaultCommitDelay: Int64 = 2
  /// Estimated bytes of reports that are taken and not durable yet. A sender that finds the queue full
  /// waits, and flow control holds its peer.
  package static let queuedReportBytes = 64 << 20
  /// Recent events kept in memory for watchers; a slower one reads from the store.
  package static let recentEvents = 4096
  /// Events read from the store at once for one watcher.
  package static let eventsPerRead = 500
  /// Faults that an audit of a store names. A damaged page may hold hundreds of rows, and nobody reads on
  /// once the store must be restored.
  package static let auditFaults = 20
  /// Targets with pending alerts that are read at once when delivery starts: a few hundred KB at most.
  package static let alertTargetsPerRead = 100
  /// Dead alerts made pending in one step, so that commits in between wait only milliseconds.
  package static let alertsPerRedrive = 500
  /// Rows removed in one step of retention, so that commits in between wait only milliseconds.
  package static let rowsPerRemoval = 200
}
