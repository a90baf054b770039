import CZlib

/// The message encoding "gzip" (RFC 1952), by zlib.
enum Gzip {
  /// A window of 32 KiB, and 16 to say that the format is gzip's.
  private static let windowBits: Int32 = 15 + 16
  /// zlib's default: 256 KiB while a message is compressed.
  private static let memoryLevel: Int32 = 8

  static func compress(_ message: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    let begun = unsafe deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY,
      ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard begun == Z_OK else { preconditionFailure("zlib is out of memory") }
    defer { unsafe _ = deflateEnd(&stream) }
    // With room for the worst case, one step is the whole work.
    let bound = Int(unsafe deflateBound(&stream, UInt(message.count)))
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      let end = unsafe withInput(message, &stream) { stream in
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(output.count)
        return unsafe deflate(&stream, Z_FINISH)
      }
      guard end == Z_STREAM_END else { preconditionFailure("zlib broke its bound") }
      count = unsafe output.count - Int(stream.avail_out)
    }
  }

  /// The message in these bytes. It grows as it unpacks and never above `limit`, whatever the bytes
  /// promise. Throws what the call shall end with.
  static func decompress(_ bytes: [UInt8], limit: Int) throws(RPCStatus) -> [UInt8] {
    var stream = unsafe z_stream()
    let begun = unsafe inflateInit2_(
      &stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard begun == Z_OK else { preconditionFailure("zlib is out of memory") }
    defer { unsafe _ = inflateEnd(&stream) }
    var message: [UInt8] = []
    let end = unsafe withInput(bytes, &stream) { stream in
      var result = Z_OK
      // A byte above the limit tells that there is more.
      while result == Z_OK, message.count <= limit {
        let room = min(max(4 * bytes.count, message.count), limit + 1 - message.count)
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, count in
          unsafe stream.next_out = output.baseAddress
          unsafe stream.avail_out = UInt32(room)
          result = unsafe inflate(&stream, Z_NO_FLUSH)
          count = room - Int(unsafe stream.avail_out)
        }
        message += piece
      }
      return result
    }
    guard message.count <= limit else {
      throw RPCStatus(.resourceExhausted, "decompressed message is larger than \(limit)")
    }
    guard end == Z_STREAM_END, unsafe stream.avail_in == 0 else {
      throw RPCStatus(.internal, "malformed gzip")
    }
    return message
  }

  private static func withInput(
    _ bytes: [UInt8], _ stream: inout z_stream, _ body: (inout z_stream) -> Int32
  ) -> Int32 {
    unsafe bytes.withUnsafeBufferPointer { input in
      // zlib reads only; its header does not say const.
      unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      unsafe stream.avail_in = UInt32(input.count)
      return unsafe body(&stream)
    }
  }
}
