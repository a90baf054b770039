/// A text of the caller as messages repeat it: in ASCII, so that it fits into every header and log line, and
/// cut, so that no message grows beyond the API's limit.
package func quoted(_ text: String) -> String {
  let head = text.unicodeScalars.prefix(Limits.quotedCharacters)
  let isWhole = head.endIndex == text.unicodeScalars.endIndex
  if isWhole, head.allSatisfy({ (0x20...0x7e).contains($0.value) }) { return text }
  let escaped = head.map { $0.escaped(asASCII: true) }.joined()
  return escaped.prefix(Limits.quotedCharacters) + (isWhole ? "" : "...")
}
