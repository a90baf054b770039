import Testing

/// Profiles as bytes on the wire.
@Suite struct SecurityProfileTests {
  private static let profile = """
    {"behaviors":[{"criteria":{"comparisonOperator":"not-in-port-set","value":{"ports":[23]}},\
    "metric":"aws:listening-tcp-ports","name":"NoTelnet"}]}
    """

  @Test func `A profile is created, and described as it was sent`() async throws {
    try await TestServer.run { server in
      let created = try await server.exchange(
        "POST", "/security-profiles/no%3Atelnet", Self.profile)
      #expect(
        created == """
          HTTP/1.1 200 OK\r
          Content-Type: application/json\r
          x-amzn-RequestId: a-request\r
          Content-Length: 119\r
          \r
          {"securityProfileArn":"arn:aws:iot:us-east-1:000000000000:securityprofile/no:telnet",\
          "securityProfileName":"no:telnet"}
          """)
      let described = try await server.exchange("GET", "/security-profiles/no:telnet")
      #expect(
        described.hasSuffix(
          """
          \r
          {"behaviors":[{"criteria":{"comparisonOperator":"not-in-port-set",\
          "value":{"ports":[23]}},"metric":"aws:listening-tcp-ports","name":"NoTelnet"}],\
          "creationDate":1700000000.5,"lastModifiedDate":1700000000.5,\
          "securityProfileArn":"arn:aws:iot:us-east-1:000000000000:securityprofile/no:telnet",\
          "securityProfileName":"no:telnet","version":1}
          """))
    }
  }

  @Test func `An exception has its name in a field and its members in the body`() async throws {
    try await TestServer.run { server in
      _ = try await server.exchange("POST", "/security-profiles/p", Self.profile)
      let answer = try await server.exchange("POST", "/security-profiles/p")
      #expect(
        answer == """
          HTTP/1.1 409 Conflict\r
          Content-Type: application/json\r
          x-amzn-ErrorType: ResourceAlreadyExistsException\r
          x-amzn-RequestId: a-request\r
          Content-Length: 156\r
          \r
          {"message":"security profile p already exists with different content",\
          "resourceArn":"arn:aws:iot:us-east-1:000000000000:securityprofile/p","resourceId":"p"}
          """)
    }
  }
}
