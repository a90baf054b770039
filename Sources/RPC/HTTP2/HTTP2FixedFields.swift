import CNghttp2

/// A header block that is always the same, as nghttp2 wants it. nghttp2 copies nothing of it: the
/// texts are the program's own, and the pairs are never freed.
///
/// `@unchecked Sendable`: nothing of it changes after `init`.
@safe struct HTTP2FixedFields: @unchecked Sendable {
  let pairs: UnsafePointer<nghttp2_nv>
  let count: Int

  /// To be kept in a static constant.
  init(_ fields: KeyValuePairs<StaticString, StaticString>) {
    let pairs = UnsafeMutablePointer<nghttp2_nv>.allocate(capacity: fields.count)
    for (index, (name, value)) in fields.enumerated() {
      let pair = unsafe nghttp2_nv(
        name: UnsafeMutablePointer(mutating: name.utf8Start),
        value: UnsafeMutablePointer(mutating: value.utf8Start),
        namelen: name.utf8CodeUnitCount, valuelen: value.utf8CodeUnitCount,
        flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
      )
      unsafe (pairs + index).initialize(to: pair)
    }
    unsafe self.pairs = UnsafePointer(pairs)
    count = fields.count
  }
}
