/// A change of what the service knows of profiles, metrics, dimensions, targets, things, groups and tags.
///
/// A change says what is true afterwards, not what was asked: the decision is made once, before the
/// journal, and replay repeats the effect even if a later version would decide otherwise. Each change also
/// is the snapshot record of the thing it sets.
package enum Change: Hashable, Sendable {
  case putProfile(SecurityProfile)
  case removeProfile(String)
  case attach(profile: String, Target)
  case detach(profile: String, Target)
  case putThing(Thing)
  case removeThing(ThingName)
  case putGroup(ThingGroup)
  case removeGroup(String)
  case join(ThingName, group: String)
  case leave(ThingName, group: String)
  /// All tags of a resource, in the order of their keys; an empty list removes them.
  case putTags(resource: String, [Tag])
  case putCustomMetric(CustomMetric)
  case removeCustomMetric(String)
  /// Numbers of custom metrics up to this one have been given away.
  case giveMetricNumber(UInt16)
  case putDimension(Dimension)
  case removeDimension(String)
  /// Numbers of dimensions up to this one have been given away.
  case giveDimensionNumber(UInt32)
}
