/// The keys of the objects that are open, innermost last: what finds a key that stands twice.
///
/// Small objects are compared key by key on a four-byte tag; one allocation serves a whole document. Beyond ``comparedMax`` keys an object is
/// sorted once when it closes, so that no document costs more than its size times a logarithm.
struct SeenKeys {
    /// Keys of one object that are compared pairwise.
    private static let comparedMax = 32
    /// Room for the open objects of an ordinary request, so that it is allocated once.
    private static let keysExpected = 40

    private struct Key {
        /// Where the key's bytes start in the document, behind the quote.
        var start: UInt32 = 0
        /// Length modulo 2^15, first and last byte, all as decoded, and lowest whether it is written plainly.
        var tag: UInt32 = 0
        var isPlain: Bool { tag & 1 == 1 }
    }

    /// Room for keys; the first ``count`` of them are those of the open objects.
    private var keys: [Key] = []
    /// Keys of the objects that are open.
    private(set) var count = 0
    /// Keys of the whole document so far.
    private(set) var total = 0

    /// Adds a key to the object whose first key is number `mark`.
    /// - Returns: true when it is there already; for objects beyond ``comparedMax`` keys ``close(from:in:)`` says so instead.
    mutating func insert(_ text: JSONText, from mark: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        let key = Key(start: UInt32(truncatingIfNeeded: text.range.lowerBound), tag: SeenKeys.tag(of: text))
        if count - mark < SeenKeys.comparedMax {
            for index in mark..<count where (keys[index].tag ^ key.tag) & ~1 == 0 {
                if isSame(keys[index], text, in: bytes) { return true }
            }
        }
        total += 1
        if count == keys.count {
            if keys.isEmpty { keys.reserveCapacity(SeenKeys.keysExpected) }
            keys.append(key)
        } else {
            keys[count] = key
        }
        count += 1
        return false
    }

    /// Forgets the keys of the object that started at `mark`.
    /// - Returns: the second of two equal keys, if that was not found before.
    mutating func close(from mark: Int, in bytes: UnsafeRawBufferPointer) -> JSONText? {
        let again = count - mark > SeenKeys.comparedMax ? firstRepeated(from: mark, in: bytes) : nil
        count = mark
        return again
    }

    private func firstRepeated(from mark: Int, in bytes: UnsafeRawBufferPointer) -> JSONText? {
        let texts = keys[mark..<count].map { text(of: $0, in: bytes) }.sorted {
            $0.decodesEqual(to: $1) ? $0.range.lowerBound < $1.range.lowerBound : $0.decodesBefore($1)
        }
        return zip(texts, texts.dropFirst()).first { $0.decodesEqual(to: $1) }?.1
    }

    private func isSame(_ key: Key, _ other: JSONText, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard key.isPlain, other.isPlain else { return text(of: key, in: bytes).decodesEqual(to: other) }
        // `other` lies behind `key` in the document, so as many bytes can be read from `key` on.
        let start = Int(key.start)
        let end = start + other.raw.count
        return bytes[end] == UInt8(ascii: "\"") && UnsafeRawBufferPointer(rebasing: bytes[start..<end]).isSame(as: other.raw)
    }

    /// Finds the end of a key again; it was checked when it was first read.
    private func text(of key: Key, in bytes: UnsafeRawBufferPointer) -> JSONText {
        var end = Int(key.start)
        while bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        let range = Int(key.start)..<end
        let raw = UnsafeRawBufferPointer(rebasing: bytes[range])
        let decodedBytes = key.isPlain ? raw.count : JSONText.Decoded(raw: raw).reduce(0) { count, _ in count + 1 }
        return JSONText(raw: raw, range: range, decodedBytes: decodedBytes)
    }

    private static func tag(of text: JSONText) -> UInt32 {
        var tag = UInt32(truncatingIfNeeded: text.decodedBytes) << 17 | (text.isPlain ? 1 : 0)
        guard !text.isEmpty else { return tag }
        if text.isPlain {
            tag |= UInt32(text.raw[0]) << 9 | UInt32(text.raw[text.raw.count - 1]) << 1
        } else {
            var first: UInt8?
            var last: UInt8 = 0
            for byte in text.decoded {
                if first == nil { first = byte }
                last = byte
            }
            tag |= UInt32(first ?? 0) << 9 | UInt32(last) << 1
        }
        return tag
    }
}
