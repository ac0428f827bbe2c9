/// The keys of the objects that are open, innermost last: what finds a key that stands twice.
///
/// Small objects are compared key by key on a tag, and nearly always need not be: a key's mark among 64 tells that none like it came before.
/// Nothing is allocated for an ordinary document. Beyond ``comparedMax`` keys an object is sorted once when it closes, so that no document
/// costs more than its size times a logarithm.
struct SeenKeys {
    /// Keys of one object that are compared pairwise.
    private static let comparedMax = 32
    /// Keys of open objects that need no allocation.
    private static let nearMax = 24

    private struct Key {
        /// Where the key's bytes start in the document, behind the quote.
        var start: UInt32 = 0
        /// Of its length and its first bytes as decoded, and lowest whether it is written plainly.
        var tag: UInt32 = 0
        var isPlain: Bool { tag & 1 == 1 }
    }

    /// An object that is open.
    struct OfObject {
        /// The number of its first key.
        fileprivate let mark: Int
        /// A bit for each of its keys, chosen by its tag.
        fileprivate var marks: UInt64 = 0
    }

    /// The keys of the open objects: the first of them, and those for which they leave no room.
    private var near = InlineArray<24, Key>(repeating: Key())
    private var far: [Key] = []
    /// Keys of the objects that are open.
    private var count = 0
    /// Keys of the whole document so far.
    private(set) var total = 0

    private subscript(index: Int) -> Key { index < SeenKeys.nearMax ? near[index] : far[index - SeenKeys.nearMax] }

    func open() -> OfObject { OfObject(mark: count) }

    /// Adds a key to the innermost object.
    /// - Returns: true when it is there already; for objects beyond ``comparedMax`` keys ``close(_:in:)`` says so instead.
    @inline(__always)
    mutating func insert(_ text: JSONText, into object: inout OfObject, in bytes: UnsafeRawBufferPointer) -> Bool {
        let key = Key(start: UInt32(truncatingIfNeeded: text.range.lowerBound), tag: SeenKeys.tag(of: text, in: bytes))
        let mark: UInt64 = 1 &<< UInt64(key.tag >> 26)
        if object.marks & mark != 0, holds(key, text, object, in: bytes) { return true }
        object.marks |= mark
        total &+= 1
        if count < SeenKeys.nearMax { near[count] = key } else { append(key) }
        count &+= 1
        return false
    }

    @inline(never)
    private mutating func append(_ key: Key) {
        let place = count - SeenKeys.nearMax
        if place == far.count { far.append(key) } else { far[place] = key }
    }

    @inline(never)
    private func holds(_ key: Key, _ text: JSONText, _ object: OfObject, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard count - object.mark < SeenKeys.comparedMax else { return false }
        for index in object.mark..<count where (self[index].tag ^ key.tag) & ~1 == 0 {
            if isSame(self[index], text, in: bytes) { return true }
        }
        return false
    }

    /// Forgets the keys of the innermost object.
    /// - Returns: the second of two equal keys, if that was not found before.
    @inline(__always)
    mutating func close(_ object: OfObject, in bytes: UnsafeRawBufferPointer) -> JSONText? {
        let again = count &- object.mark > SeenKeys.comparedMax ? firstRepeated(from: object.mark, in: bytes) : nil
        count = object.mark
        return again
    }

    private func firstRepeated(from mark: Int, in bytes: UnsafeRawBufferPointer) -> JSONText? {
        let texts = (mark..<count).map { text(of: self[$0], in: bytes) }.sorted {
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

    /// Keys that decode to the same have the same tag, but for its lowest bit.
    @inline(__always)
    private static func tag(of text: JSONText, in bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard text.isPlain, text.range.lowerBound &+ 8 <= bytes.count else { return slowTag(of: text) }
        let word = bytes.loadUnaligned(fromByteOffset: text.range.lowerBound, as: UInt64.self)
        // Of a shorter key only its own bytes, which are the low ones.
        let own = text.decodedBytes < 8 ? word & ~(~0 &<< UInt64(8 &* text.decodedBytes)) : word
        return tag(own, bytes: text.decodedBytes) | 1
    }

    @inline(never)
    private static func slowTag(of text: JSONText) -> UInt32 {
        var word: UInt64 = 0
        for (index, byte) in text.decoded.prefix(8).enumerated() { word |= UInt64(byte) << UInt64(8 * index) }
        return tag(word, bytes: text.decodedBytes) | (text.isPlain ? 1 : 0)
    }

    /// Spread by Fibonacci's multiplier, so that keys alike in most of their bytes get marks of their own.
    @inline(__always)
    private static func tag(_ first: UInt64, bytes: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: (first ^ UInt64(truncatingIfNeeded: bytes)) &* 0x9E37_79B9_7F4A_7C15 >> 32) & ~1
    }
}
