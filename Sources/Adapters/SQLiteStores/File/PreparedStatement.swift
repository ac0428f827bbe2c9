import GRDB
import GRDBSQLite

/// A statement that is compiled once and run for every row: values are bound from left to right, as its SQL names them, past
/// the argument arrays that a general library needs.
final class PreparedStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private var position: Int32 = 0
    /// The texts of the row that is bound, where they stay until it was run.
    private let texts = UnsafeMutablePointer<CChar>.allocate(capacity: PreparedStatement.textBytesMax)
    private var textBytes = 0
    /// All texts of a row together; what does not fit is copied by SQLite instead.
    private static let textBytesMax = 1024

    init(_ sql: String, on connection: OpaquePointer) throws {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw DatabaseError.last(code, on: connection, sql: sql) }
        self.handle = handle
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
        texts.deallocate()
    }

    func bind(_ number: Int64) {
        position += 1
        sqlite3_bind_int64(handle, position, number)
    }

    func bind(_ number: Int) { bind(Int64(number)) }

    func bind(_ number: Int64?) {
        guard let number else { return bindNull() }
        bind(number)
    }

    func bindNull() {
        position += 1
        sqlite3_bind_null(handle, position)
    }

    func bind(_ text: String) {
        position += 1
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                guard let start = bytes.baseAddress, textBytes + bytes.count <= PreparedStatement.textBytesMax else {
                    _ = sqlite3_bind_text(handle, position, bytes.baseAddress, Int32(bytes.count), PreparedStatement.transient)
                    return
                }
                let copy = texts + textBytes
                copy.update(from: start, count: bytes.count)
                textBytes += bytes.count
                _ = sqlite3_bind_text(handle, position, copy, Int32(bytes.count), nil)
            }
        }
    }

    func bind(_ text: StaticString) {
        position += 1
        text.withUTF8Buffer {
            _ = $0.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, position, $0.baseAddress, Int32($0.count), nil)
            }
        }
    }

    func bind(_ bytes: [UInt8]) {
        position += 1
        bytes.withUnsafeBytes {
            _ = sqlite3_bind_blob(handle, position, $0.baseAddress, Int32($0.count), PreparedStatement.transient)
        }
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Runs it with what was bound and makes it ready for the next row.
    func run() throws {
        position = 0
        textBytes = 0
        let code = sqlite3_step(handle)
        // The code of the reset is that of the step again.
        sqlite3_reset(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw DatabaseError.last(code, on: connection) }
    }

    /// The first row it gives, read while it stands; nil when there is none.
    func first<Value>(_ read: (OpaquePointer) -> Value) throws -> Value? {
        position = 0
        defer { sqlite3_reset(handle) }
        let code = sqlite3_step(handle)
        if code == SQLITE_DONE { return nil }
        guard code == SQLITE_ROW else { throw DatabaseError.last(code, on: connection) }
        return read(handle)
    }

    /// Rows the last run changed.
    var changes: Int32 { sqlite3_changes(connection) }
}

extension DatabaseError {
    /// What SQLite said last on this connection.
    static func last(_ code: Int32, on connection: OpaquePointer, sql: String? = nil) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)), sql: sql)
    }
}
