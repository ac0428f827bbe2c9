/// The XML that an S3-compatible server answers with, read as far as it is needed: element after element, with the text in each.
struct S3Document {
    enum Piece: Hashable {
        case start(String)
        /// The text since the last tag, and what it stood in.
        case end(String, text: String)
    }

    private var rest: ArraySlice<UInt8>
    private var text: ArraySlice<UInt8> = []
    /// The end of an element that began and ended in one tag.
    private var pending: Piece?

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// nil: there is nothing more, or what is there is no XML.
    mutating func next() -> Piece? {
        if let pending {
            self.pending = nil
            return pending
        }
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            text = rest[..<open]
            rest = rest[(open + 1)...]
            guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            let tag = rest[..<close]
            rest = rest[(close + 1)...]
            switch tag.first {
            case UInt8(ascii: "?"), UInt8(ascii: "!"): continue
            case UInt8(ascii: "/"): return .end(S3Document.name(tag.dropFirst()), text: S3Document.plain(text))
            default:
                let name = S3Document.name(tag)
                if tag.last == UInt8(ascii: "/") { pending = .end(name, text: "") }
                return .start(name)
            }
        }
        return nil
    }

    /// The text of the first element of that name.
    static func text(of name: String, in bytes: [UInt8]) -> String? {
        var document = S3Document(bytes)
        while let piece = document.next() {
            if case .end(name, let text) = piece { return text }
        }
        return nil
    }

    private static func name(_ tag: ArraySlice<UInt8>) -> String {
        String(
            decoding: tag.prefix { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D && $0 != UInt8(ascii: "/") },
            as: UTF8.self)
    }

    /// With the characters that XML writes as `&amp;` or `&#38;`.
    private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("&") else { return text }
        var plain = ""
        var rest = text[...]
        while let mark = rest.firstIndex(of: "&") {
            plain += rest[..<mark]
            rest = rest[mark...]
            guard let end = rest.prefix(10).firstIndex(of: ";"), let character = entity(rest[..<end].dropFirst()) else {
                plain += "&"
                rest = rest.dropFirst()
                continue
            }
            plain.unicodeScalars.append(character)
            rest = rest[end...].dropFirst()
        }
        return plain + rest
    }

    private static func entity(_ name: Substring) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.first == "#" else { return nil }
            let digits = name.dropFirst()
            let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return number.flatMap(Unicode.Scalar.init)
        }
    }
}
