/// A value in a document of a device, whatever it was encoded in.
///
///     JSON ──┐                   ┌──► DeviceDocument    what a device sent
///            ├──► DocumentValue ─┤
///     CBOR ──┘                   └──◄ DeviceReportAnswer what it is told
enum DocumentValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(DocumentNumber)
  case text(String)
  case list([DocumentValue])
  case object([String: DocumentValue])
}

/// A number as it was written: an integer keeps every digit.
enum DocumentNumber: Hashable, Sendable {
  case integer(Int64)
  /// CBOR also has NaN and the infinities.
  case real(Double)

  /// The number, if it is whole. Some agents pass integers through a C double (evidence.md 3.6), so
  /// that 1700000400.0 is one.
  var whole: Int64? {
    switch self {
    case .integer(let integer): integer
    case .real(let real): Int64(exactly: real)
    }
  }

  /// The nearest double.
  var double: Double {
    switch self {
    case .integer(let integer): Double(integer)
    case .real(let real): real
    }
  }
}

/// The encodings of documents, by their names in topics and paths.
package enum DocumentFormat: String, Sendable, CaseIterable {
  case json
  case cbor
}

extension DocumentValue {
  /// Decodes a document.
  init(_ bytes: [UInt8], as format: DocumentFormat) throws(DocumentFault) {
    switch format {
    case .json: try self.init(json: bytes)
    case .cbor: try self.init(cbor: bytes)
    }
  }

  /// Encodes a document: as short as the format allows, members in the order of their names.
  func encoded(as format: DocumentFormat) -> [UInt8] {
    switch format {
    case .json: json
    case .cbor: cbor
    }
  }
}
