/// What is left of the values that a document may have.
struct ValueBudget {
  private var left = Limits.documentValues

  /// Counts one value; `depth` is how many objects and lists it is inside of.
  mutating func spend(depth: Int) throws(DocumentFault) {
    guard depth < Limits.documentDepth else {
      throw DocumentFault("more than \(Limits.documentDepth) levels")
    }
    left -= 1
    guard left >= 0 else { throw DocumentFault("more than \(Limits.documentValues) values") }
  }
}
