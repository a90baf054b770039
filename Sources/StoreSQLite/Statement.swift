import CSQLite
import Detect

/// A value bound to a parameter of a statement.
enum Binding {
  case integer(Int64)
  case text(String)
  case blob([UInt8])
  case null
}

/// One prepared statement, finalized with its owner.
@safe final class Statement {
  private let handle: OpaquePointer

  init(_ sql: String, on database: OpaquePointer) throws(StoreError) {
    var prepared: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(
      database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard code == SQLITE_OK, let handle = unsafe prepared else {
      throw unsafe StoreError(code, of: database)
    }
    unsafe self.handle = handle
  }

  deinit {
    unsafe sqlite3_finalize(handle)
  }

  /// Runs the statement to its end, visiting each row while it is current.
  func run(
    _ bindings: [Binding], _ visit: (Statement) throws(StoreError) -> Void
  ) throws(StoreError) {
    defer {
      // Ends the statement's read transaction and frees the copies of the bound values. The code is
      // that of the step before, which has been thrown already.
      unsafe sqlite3_reset(handle)
      unsafe sqlite3_clear_bindings(handle)
    }
    for (index, binding) in bindings.enumerated() {
      try check(bind(binding, at: Int32(index + 1)), SQLITE_OK)
    }
    while true {
      let code = unsafe sqlite3_step(handle)
      guard code == SQLITE_ROW else { return try check(code, SQLITE_DONE) }
      try visit(self)
    }
  }

  /// The integer in a column of the current row.
  func integer(_ column: Int32) -> Int64 {
    unsafe sqlite3_column_int64(handle, column)
  }

  /// The text in a column of the current row.
  func text(_ column: Int32) -> String {
    unsafe String(decoding: bytes(column), as: UTF8.self)
  }

  /// The bytes in a column of the current row.
  func blob(_ column: Int32) -> [UInt8] {
    unsafe [UInt8](bytes(column))
  }

  /// The bytes in a column of the current row; nil where it is NULL.
  func optionalBlob(_ column: Int32) -> [UInt8]? {
    unsafe sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : blob(column)
  }

  /// Valid until the next step.
  private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    // The pointer is asked for before the size, as SQLite requires.
    let start = unsafe sqlite3_column_blob(handle, column)
    return unsafe UnsafeRawBufferPointer(
      start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  private func bind(_ binding: Binding, at index: Int32) -> Int32 {
    switch binding {
    case .integer(let value):
      return unsafe sqlite3_bind_int64(handle, index, value)
    case .null:
      return unsafe sqlite3_bind_null(handle, index)
    case .text(var value):
      return value.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
          unsafe csqlite_bind_text(
            handle, index, characters.baseAddress, UInt64(characters.count))
        }
      }
    case .blob(let value):
      return unsafe value.withUnsafeBytes { bytes in
        unsafe csqlite_bind_blob(handle, index, bytes.baseAddress, UInt64(bytes.count))
      }
    }
  }

  private func check(_ code: Int32, _ expected: Int32) throws(StoreError) {
    guard code != expected else { return }
    throw unsafe StoreError(code, of: sqlite3_db_handle(handle))
  }
}
