import Glibc

/// The fuzzer that the environment names.
private let fuzzer: Fuzzer = {
  guard let name = unsafe getenv("FUZZER"),
    let fuzzer = unsafe Fuzzer(rawValue: String(cString: name))
  else { preconditionFailure("FUZZER names no fuzzer") }
  return fuzzer
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  if let fault = fuzzer.fault(input) {
    _ = unsafe "fault: \(fault)\n".withCString { unsafe write(2, $0, strlen($0)) }
    abort()
  }
  return 0
}
