import Detect
import Testing

/// The limits of the registry are numbers that users know. The other tests go to each limit and one
/// beyond by number; this table holds the names to the numbers.
@Suite struct RegistryLimitTests {
  @Test(arguments: [
    (Limits.nameCharacters, 128), (Limits.groupDescriptionCharacters, 2028),
    (Limits.attributeNameCharacters, 128), (Limits.attributeValueCharacters, 800),
    (Limits.attributesWithoutType, 3), (Limits.attributesWithType, 50), (Limits.groupDepth, 7),
    (Limits.childrenPerGroup, 100), (Limits.groupsPerThing, 10),
  ])
  func `The registry's maxima are AWS's`(limit: Int, number: Int) {
    #expect(limit == number)
  }
}
