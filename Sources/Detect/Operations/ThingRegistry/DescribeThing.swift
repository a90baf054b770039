/// Reads a thing.
package struct DescribeThing: Operation, Hashable {
  package static let name = "DescribeThing"

  package var thingName: String

  package init(thingName: String) {
    self.thingName = thingName
  }

  /// The thing as it is.
  package struct Response: Hashable, Sendable {
    /// The MQTT client id that the thing is expected to use: its name.
    package var defaultClientID: String
    package var thingName: String
    package var thingID: String
    package var thingARN: String
    package var thingTypeName: String?
    package var attributes: [String: String]
    /// 1 when created, one more with every update.
    package var version: Int64
    package var billingGroupName: String?

    package init(_ thing: Thing, account: Account) {
      defaultClientID = thing.name.text
      thingName = thing.name.text
      thingID = thing.id
      thingARN = account.arn(ofThing: thing.name)
      thingTypeName = thing.typeName
      attributes = thing.attributes
      version = thing.version
      billingGroupName = thing.billingGroupName
    }
  }

  /// Reads the thing.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is none of that name.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    Decision(Response(try catalog.thing(named: thingName), account: catalog.account))
  }
}
