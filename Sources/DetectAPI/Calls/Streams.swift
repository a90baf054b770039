internal import RPC

/// Where the requests of a streaming call come from: the next one, or nil after the last.
typealias Next = @Sendable () async throws(RPCStatus) -> [UInt8]?

/// Where the responses of a streaming call go. Suspends while the client takes none.
typealias Send = @Sendable ([UInt8]) async throws(RPCStatus) -> Void
