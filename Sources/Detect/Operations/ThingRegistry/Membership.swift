/// Who may be in which group, and how requests name things and groups.
extension Catalog {
  /// The thing of a request.
  ///
  /// - Throws: `invalidRequest` for what is no name, `notFound` where there is no such thing.
  func thing(named name: String, field: String = "thingName") throws(DetectError) -> Thing {
    try FieldCheck.name(name, field: field)
    guard let thing = things[ThingName(name)] else {
      throw .notFound("thing \(name) does not exist")
    }
    return thing
  }

  /// The thing that a name, an ARN or both stand for.
  ///
  /// - Throws: `invalidRequest` where neither is given or they differ, `notFound`.
  func thing(named name: String?, orARN arn: String?) throws(DetectError) -> Thing {
    try thing(
      named: identified(
        name, arn, prefix: "thing/", nameField: "thingName", arnField: "thingArn"))
  }

  /// The group that a name, an ARN or both stand for.
  ///
  /// - Throws: `invalidRequest` where neither is given or they differ, `notFound`.
  func group(named name: String?, orARN arn: String?) throws(DetectError) -> ThingGroup {
    try group(
      named: identified(
        name, arn, prefix: "thinggroup/", nameField: "thingGroupName", arnField: "thingGroupArn"))
  }

  private func identified(
    _ name: String?, _ arn: String?, prefix: String, nameField: String, arnField: String
  ) throws(DetectError) -> String {
    guard let arn else {
      guard let name else {
        throw .invalidRequest("\(nameField) or \(arnField) is required", field: nameField)
      }
      return name
    }
    let resource = try resource(ofARN: arn, field: arnField)
    guard resource.hasPrefix(prefix) else {
      throw .invalidRequest(
        "\(arnField) should begin with \(account.arn(prefix))", field: arnField)
    }
    let named = String(resource.dropFirst(prefix.count))
    try FieldCheck.name(named, field: arnField)
    guard name == nil || name == named else {
      throw .invalidRequest("\(arnField) does not match \(nameField)", field: arnField)
    }
    return named
  }

  /// The changes that make a thing leave and join groups; nothing for what is so already.
  ///
  /// A thing is in at most one group of a hierarchy. A hierarchy is all that hangs below one topmost
  /// group: AWS refuses two groups with a common ancestor, not only a group and its own ancestor. So no
  /// thing is counted twice among the members of a group and its descendants.
  ///
  /// - Throws: `invalidRequest` for a second group of one hierarchy, `limitExceeded` for a group too many.
  func changes(
    of thing: ThingName, leaving: Set<String>, joining: Set<String>
  ) throws(DetectError) -> [Change] {
    let groups = Set(groups(ofThing: thing).elements)
    let kept = groups.subtracting(leaving)
    let joined = joining.subtracting(kept).sorted()
    guard kept.count + joined.count <= Limits.groupsPerThing else {
      throw .limitExceeded(
        "thing \(thing.text) would be in more than \(Limits.groupsPerThing) groups")
    }
    var groupByRoot: [String: String] = [:]
    for group in kept.sorted() + joined {
      if let other = groupByRoot.updateValue(group, forKey: root(ofGroup: group)) {
        throw .invalidRequest(
          "thing \(thing.text) cannot be in \(other) and \(group), which are in the same hierarchy",
          field: "")
      }
    }
    return groups.intersection(leaving).sorted().map { .leave(thing, group: $0) }
      + joined.map { .join(thing, group: $0) }
  }

  /// The topmost group of the hierarchy that a group is in.
  private func root(ofGroup name: String) -> String { ancestors(ofGroup: name).last ?? name }
}
