import Commerce
import Crypto
import Units

/// The hash that ties every batch of entries to all before it (docs/decisions/0011-a-chain-over-entries.md).
///
/// A batch's hash is SHA-256 over the hash of the batch before (32 zero bytes for the first) and the canonical bytes of its
/// entries, in order. A program that has only the tables can compute it again.
struct EntryChain {
    /// What the first batch follows.
    static let origin = [UInt8](repeating: 0, count: 32)

    private var hasher = SHA256()

    init(after hash: [UInt8]) { hasher.update(data: hash) }

    mutating func append(_ rows: borrowing CanonicalRows) { rows.withBytes { hasher.update(bufferPointer: $0) } }

    func hash() -> [UInt8] { Array(hasher.finalize()) }
}

/// Rows as bytes, one after the other, column by column: an integer is `10` + n and n bytes in two's complement, the highest first, as few as
/// tell it; a text of fewer than 128 bytes in UTF-8 is `80` + n and these, a longer one `02`, its length as four bytes, the highest
/// first, and these; NULL is `00`.
///
/// It writes into memory of its own, because every column of every entry passes here.
struct CanonicalRows: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var room: Int
    private var count = 0

    init() {
        room = CanonicalRows.bytesLeast
        start = .allocate(byteCount: room, alignment: 8)
    }

    deinit { start.deallocate() }

    /// Some tens of rows.
    private static let bytesLeast = 8192

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { body(UnsafeRawBufferPointer(start: start, count: count)) }

    mutating func clear() { count = 0 }

    mutating func add(_ number: Int64) {
        makeRoom(9)
        // As many bits as the number has without its sign's repetitions, and the sign.
        let bits = 65 - (number < 0 ? ~number : number).leadingZeroBitCount
        let length = number == 0 ? 0 : (bits + 7) / 8
        start.storeBytes(of: 0x10 + UInt8(length), toByteOffset: count, as: UInt8.self)
        // The bytes that tell the number come first; what is written behind them is written over.
        let shifted = UInt64(bitPattern: number) << UInt64(64 - 8 * length)
        start.storeBytes(of: shifted.bigEndian, toByteOffset: count + 1, as: UInt64.self)
        count += 1 + length
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return addNulls(1) }
        add(number)
    }

    mutating func addNulls(_ nulls: Int) {
        makeRoom(nulls)
        (start + count).initializeMemory(as: UInt8.self, repeating: 0, count: nulls)
        count += nulls
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(utf8: $0) }
    }

    mutating func add(_ text: String?) {
        guard let text else { return addNulls(1) }
        add(text)
    }

    mutating func add(_ text: StaticString) { text.withUTF8Buffer { add(utf8: $0) } }

    private mutating func add(utf8 text: UnsafeBufferPointer<UInt8>) {
        makeRoom(5 + text.count)
        if text.count < 0x80 {
            start.storeBytes(of: 0x80 + UInt8(text.count), toByteOffset: count, as: UInt8.self)
            count += 1
        } else {
            start.storeBytes(of: 2, toByteOffset: count, as: UInt8.self)
            start.storeBytes(of: UInt32(text.count).bigEndian, toByteOffset: count + 1, as: UInt32.self)
            count += 5
        }
        if let bytes = text.baseAddress { (start + count).copyMemory(from: bytes, byteCount: text.count) }
        count += text.count
    }

    private mutating func makeRoom(_ more: Int) {
        if count + more <= room { return }
        room = max(2 * room, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 8)
        larger.copyMemory(from: start, byteCount: count)
        start.deallocate()
        start = larger
    }
}
