import Detect
import Testing

@Suite struct AccountTests {
  private let account = Account(partition: "aws-cn", region: "cn-north-1", id: "123456789012")

  @Test func `An ARN names partition, region, account and resource`() {
    #expect(
      account.arn("thinggroup/g") == "arn:aws-cn:iot:cn-north-1:123456789012:thinggroup/g")
    #expect(Account().arn("all/things") == "arn:aws:iot:us-east-1:000000000000:all/things")
  }

  @Test(
    arguments: [
      ("arn:aws-cn:iot:cn-north-1:123456789012:thinggroup/g", "thinggroup/g"),
      ("arn:aws-cn:iot:cn-north-1:123456789012:", ""),
      ("arn:aws:iot:cn-north-1:123456789012:thinggroup/g", nil),
      ("arn:aws-cn:sns:cn-north-1:123456789012:thinggroup/g", nil),
      ("arn:aws-cn:iot:cn-north-2:123456789012:thinggroup/g", nil),
      ("arn:aws-cn:iot:cn-north-1:123456789013:thinggroup/g", nil),
      ("thinggroup/g", nil),
      ("", nil),
    ] as [(String, String?)])
  func `An ARN of another account, region, partition or service names nothing here`(
    arn: String, resource: String?
  ) {
    #expect(account.resource(ofARN: arn) == resource)
  }

  @Test(
    arguments: [
      (.allThings, "all/things"), (.registeredThings, "all/registered-things"),
      (.unregisteredThings, "all/unregistered-things"), (.thingGroup("g"), "thinggroup/g"),
    ] as [(Target, String)])
  func `A target and its resource name each other`(target: Target, resource: String) {
    #expect(target.resource == resource)
    #expect(Target(resource: resource) == target)
  }

  @Test(arguments: ["", "all/", "all/other", "thing/t", "securityprofile/p", "thinggroup"])
  func `Nothing else is a target`(resource: String) {
    #expect(Target(resource: resource) == nil)
  }
}
