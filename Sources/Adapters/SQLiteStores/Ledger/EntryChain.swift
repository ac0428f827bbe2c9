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

    mutating func append(_ rows: CanonicalRows) { rows.withBytes { hasher.update(bufferPointer: $0) } }

    func hash() -> [UInt8] { Array(hasher.finalize()) }
}

/// Rows as bytes, one after the other, column by column: an integer is `10` + n and n bytes in two's complement, the highest first, as few as
/// tell it; a text is `02`, its length in UTF-8 bytes as four bytes, the highest first, and those bytes; NULL is `00`.
struct CanonicalRows {
    private var bytes: [UInt8] = []
    private var count = 0

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    mutating func clear() { count = 0 }

    /// Some tens of rows.
    private static let bytesLeast = 8192

    mutating func add(_ number: Int64) {
        makeRoom(9)
        // As many bits as the number has without its sign's repetitions, and the sign.
        let bits = 65 - (number < 0 ? ~number : number).leadingZeroBitCount
        let length = number == 0 ? 0 : (bits + 7) / 8
        bytes.withUnsafeMutableBytes { bytes in
            bytes[count] = 0x10 + UInt8(length)
            // The bytes that tell the number come first; what is written behind them is written over.
            let shifted = UInt64(bitPattern: number) << UInt64(64 - 8 * length)
            bytes.storeBytes(of: shifted.bigEndian, toByteOffset: count + 1, as: UInt64.self)
        }
        count += 1 + length
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return addNull() }
        add(number)
    }

    mutating func addNull() {
        makeRoom(1)
        bytes[count] = 0
        count += 1
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(utf8: $0) }
    }

    mutating func add(_ text: String?) {
        guard let text else { return addNull() }
        add(text)
    }

    mutating func add(_ text: StaticString) { text.withUTF8Buffer { add(utf8: $0) } }

    private mutating func add(utf8 text: UnsafeBufferPointer<UInt8>) {
        makeRoom(5 + text.count)
        bytes.withUnsafeMutableBytes { bytes in
            bytes[count] = 2
            bytes.storeBytes(of: UInt32(text.count).bigEndian, toByteOffset: count + 1, as: UInt32.self)
            if text.count > 0 {
                UnsafeMutableRawBufferPointer(rebasing: bytes[(count + 5)...]).copyMemory(from: UnsafeRawBufferPointer(text))
            }
        }
        count += 5 + text.count
    }

    private mutating func makeRoom(_ more: Int) {
        if count + more <= bytes.count { return }
        bytes += Array(repeating: 0, count: max(bytes.count, more, CanonicalRows.bytesLeast))
    }
}
