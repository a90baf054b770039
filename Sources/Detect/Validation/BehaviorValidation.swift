/// One fault of a behavior.
struct BehaviorFault: Hashable, Sendable {
  /// Path in the request, for example `behaviors[2].criteria.durationSeconds`.
  var field: String
  /// `Behavior <name> is malformed. <field> <what is wrong>`: the shape of the one text of AWS that is
  /// public (evidence.md 4.3).
  var message: String
}

/// What is wrong with a list of behaviors, and what they mean if nothing is.
///
/// The one place where behaviors are judged: Validate lists its faults, Create and Update refuse because
/// of them, in the same words.
struct BehaviorValidation {
  /// Every fault of every behavior, in the order of the list, then of the rules V1 to V17.
  private(set) var faults: [BehaviorFault] = []
  /// What each behavior means, in the order of the list; only behaviors without a fault have a rule.
  private(set) var rules: [BehaviorRule] = []
  /// What is valid and yet probably not meant, in the order of the list.
  private(set) var warnings: [BehaviorWarning] = []

  /// - Throws: `invalidRequest` for a list that is too long to be looked at.
  init(
    _ behaviors: [Behavior], of metrics: MetricDefinitions, settings: Settings
  ) throws(DetectError) {
    guard behaviors.count <= Limits.behaviorsPerProfile else {
      throw .invalidRequest(
        "behaviors should be at most \(Limits.behaviorsPerProfile), not \(behaviors.count)",
        field: "behaviors")
    }
    var context = BehaviorParser.Context(behaviors, of: metrics, settings: settings)
    for (index, behavior) in behaviors.enumerated() {
      var parser = BehaviorParser(behavior, index: index)
      if let rule = parser.parse(&context) {
        rules.append(rule)
        warnings += BehaviorWarning.warnings(of: behavior, rule, settings: settings)
      }
      faults += parser.faults
    }
  }

  /// The rules of behaviors that are to be stored.
  ///
  /// - Throws: `invalidRequest` with the faults' texts, as many as fit, and the first one's field.
  func checkedRules() throws(DetectError) -> [BehaviorRule] {
    guard let first = faults.first else { return rules }
    var message = first.message
    for (index, fault) in faults.enumerated().dropFirst() {
      let longer = message + "; " + fault.message
      guard longer.utf8.count <= Limits.joinedFaultsCharacters else {
        message += "; and \(faults.count - index) more"
        break
      }
      message = longer
    }
    throw .invalidRequest(message, field: first.field)
  }
}

extension SecurityProfile {
  /// What the behaviors mean, parallel to `behaviors`.
  ///
  /// A stored profile was valid when it was stored. It may not be under other settings: whoever loads
  /// profiles looks at `faults(of:settings:)` first.
  package func rules(of metrics: MetricDefinitions, settings: Settings) -> [BehaviorRule] {
    do {
      return try BehaviorValidation(behaviors, of: metrics, settings: settings).checkedRules()
    } catch {
      preconditionFailure("security profile \(name) was stored with faults: \(error)")
    }
  }

  /// What keeps a stored profile from being judged under these settings; empty when nothing does. A
  /// `durationSeconds` is such a fault once the bucket is a different one.
  package func faults(of metrics: MetricDefinitions, settings: Settings) -> [String] {
    do {
      return try BehaviorValidation(behaviors, of: metrics, settings: settings).faults.map(
        \.message)
    } catch {
      return ["there are more than \(Limits.behaviorsPerProfile) behaviors"]
    }
  }
}
