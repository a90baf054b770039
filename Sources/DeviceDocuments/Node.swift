/// A value in a document and the way to it, which every fault names.
struct Node {
  /// `met.tp.pts[2]`, in the names that the document uses; empty for the document itself.
  let path: String
  let value: DocumentValue

  /// This place as the place of a fault.
  func fault(_ reason: String) -> DocumentFault { DocumentFault(reason, at: path) }

  /// The member of an object under its long or its short name. Nil where it is missing or null; what else the
  /// object holds does not matter.
  func member(_ tag: Tag) throws(DocumentFault) -> Node? {
    let members = try self.members()
    let found = [tag.long, tag.short].compactMap { name -> Node? in
      guard let value = members[name], value != .null else { return nil }
      return Node(path: path.isEmpty ? name : "\(path).\(name)", value: value)
    }
    guard found.count < 2 else {
      throw fault("both \(tag.long) and \(tag.short) are given")
    }
    return found.first
  }

  /// The same of a member that must be there.
  func required(_ tag: Tag) throws(DocumentFault) -> Node {
    guard let member = try member(tag) else {
      throw fault("\(tag.long) is missing")
    }
    return member
  }

  /// The members of an object.
  func members() throws(DocumentFault) -> [String: DocumentValue] {
    guard case .object(let members) = value else { throw fault("an object is needed") }
    return members
  }

  /// The elements of a list.
  func elements() throws(DocumentFault) -> [Node] {
    guard case .list(let elements) = value else { throw fault("a list is needed") }
    return elements.enumerated().map { Node(path: "\(path)[\($0.offset)]", value: $0.element) }
  }

  /// A text.
  func text() throws(DocumentFault) -> String {
    guard case .text(let text) = value else { throw fault("a text is needed") }
    return text
  }

  /// A number, whatever it is.
  func number() throws(DocumentFault) -> DocumentNumber {
    guard case .number(let number) = value else { throw fault("a number is needed") }
    return number
  }

  /// A number from a bound on. NaN is from none.
  func number(from least: Double) throws(DocumentFault) -> DocumentNumber {
    let number = try self.number()
    guard number.double >= least else { throw fault("a number from \(Int(least)) on is needed") }
    return number
  }
}
