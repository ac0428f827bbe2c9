import Crypto

/// The hash that ties every batch of entries to all before it (docs/decisions/0011-a-chain-over-entries.md).
///
/// A batch's hash is SHA-256 over the hash of the batch before (32 zero bytes for the first) and the canonical bytes of its
/// entries, in order. A program that has only the tables can compute it again.
struct EntryChain {
    /// What the first batch follows.
    static let origin = [UInt8](repeating: 0, count: 32)

    private var hasher = SHA256()

    init(after hash: [UInt8]) { hasher.update(data: hash) }

    mutating func append(_ row: CanonicalRow) { hasher.update(data: row.bytes) }

    func hash() -> [UInt8] { Array(hasher.finalize()) }
}

/// A row as bytes, column by column: an integer is `01` and eight bytes in two's complement, the highest first; a text is `02`,
/// its length in UTF-8 bytes as four bytes, the highest first, and those bytes; NULL is `00`.
struct CanonicalRow {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(192) }

    mutating func clear() { bytes.removeAll(keepingCapacity: true) }

    mutating func add(_ number: Int64) {
        bytes.append(1)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return bytes.append(0) }
        add(number)
    }

    mutating func add(_ text: String) {
        bytes.append(2)
        var text = text
        text.withUTF8 { utf8 in
            withUnsafeBytes(of: UInt32(utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: utf8)
        }
    }
}
