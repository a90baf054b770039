/// Where the server listens: for gRPC, and for AWS's protocol unless that is off.
struct ListenAddresses: Equatable {
  var grpc: ListenAddress
  var aws: ListenAddress?

  /// All of them.
  var all: [ListenAddress] { [grpc] + (aws.map { [$0] } ?? []) }

  /// The same with the ports that the system gave where any was asked for.
  func with(grpcPort: Int, awsPort: Int?) -> ListenAddresses {
    var addresses = self
    addresses.grpc.port = grpcPort
    if let awsPort { addresses.aws?.port = awsPort }
    return addresses
  }
}
