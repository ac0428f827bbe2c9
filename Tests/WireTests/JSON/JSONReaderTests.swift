import NIOCore
import Testing

@testable import Wire

@Suite struct JSONReaderTests {
    private func fault(_ bytes: some Sequence<UInt8>) -> JSONFault? {
        do throws(JSONFault) {
            try ByteBuffer(bytes: bytes).readJSON { (reader) throws(JSONFault) in
                try reader.skipValue()
                try reader.finish()
            }
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        "null", "true", "false", " 0 ", "-0", "-12.5e+3", "1E9", "\"\"", "[]", "{}", "[[],{}]", "\t[1 ,\r\n2]",
        #"{"a":{"b":[1,"x",null]},"c":"\u0041\n"}"#, #""\uD83D\uDE00""#, "\"\u{7F}é漢😀\"", #"{"a":1,"A":2}"#,
        #"[{"a":1},{"a":1}]"#, #"{"a":{"a":{"a":1}}}"#,
    ])
    func `accepts what RFC 8259 accepts`(text: String) {
        #expect(fault(text.utf8) == nil)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd, 0), ("   ", .unexpectedEnd, 3), ("[1,2", .unexpectedEnd, 4), ("\"ab", .unexpectedEnd, 3),
            ("[1,]", .unexpectedByte(0x5D), 3), ("{\"a\":1,}", .unexpectedByte(0x7D), 7), ("{a:1}", .unexpectedByte(0x61), 1),
            ("{\"a\" 1}", .unexpectedByte(0x31), 5), ("[1 2]", .unexpectedByte(0x32), 3), ("{\"a\":}", .unexpectedByte(0x7D), 5),
            ("NaN", .unexpectedByte(0x4E), 0), ("+1", .unexpectedByte(0x2B), 0), ("nul", .badLiteral, 0),
            ("[truE]", .badLiteral, 1),
            ("01", .badNumber, 0), ("[-]", .badNumber, 1), ("1.", .unexpectedEnd, 2), ("[1.e3]", .badNumber, 1),
            ("-Infinity", .badNumber, 0), ("1e", .unexpectedEnd, 2), ("1 2", .trailingBytes, 2), ("{} x", .trailingBytes, 3),
            ("\"a\nb\"", .controlCharacter, 2), (#""\x""#, .badEscape, 1), (#""\u12g4""#, .badEscape, 1),
            (#""\uD800""#, .loneSurrogate, 1), (#""x\uDC00""#, .loneSurrogate, 2), (#""\uD800\u0041""#, .loneSurrogate, 1),
            ("\u{FEFF}{}", .unexpectedByte(0xEF), 0), ("// x\n{}", .unexpectedByte(0x2F), 0),
        ] as [(String, JSONFault.Kind, Int)])
    func `says what is wrong and where`(text: String, kind: JSONFault.Kind, offset: Int) {
        #expect(fault(text.utf8) == JSONFault(kind, at: offset))
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xC3, 0x41], [0xFF],
        ] as [[UInt8]])
    func `refuses bytes that are not UTF-8`(sequence: [UInt8]) {
        #expect(fault([0x22, 0x61] + sequence + [0x22]) == JSONFault(.invalidUTF8, at: 2))
    }

    @Test(arguments: [
        (#"{"a":1,"b":2,"a":3}"#, "a", 13), (#"{"a":1,"\u0061":2}"#, "a", 7), (#"{"\u0061":1,"a":2}"#, "a", 12),
        (#"{"x":{"k":[{"é":1,"\u00e9":2}]}}"#, "é", 19), (#"{"":1,"":2}"#, "", 6), (#"{"ab\"c":1,"ab\u0022c":1}"#, "ab\"c", 11),
    ])
    func `refuses a key that stands twice`(text: String, key: String, offset: Int) {
        #expect(fault(text.utf8) == JSONFault(.duplicateKey(key), at: offset))
    }

    @Test(arguments: [31, 32, 33, 47, 48, 49, 200, 5000])
    func `finds the twin among many keys, also in nested objects`(count: Int) {
        let keys = (0..<count).map { "\"k\($0)\":\($0)" }
        #expect(fault("{\(keys.joined(separator: ","))}".utf8) == nil)
        #expect(fault("{\((keys + ["\"k7\":0"]).joined(separator: ","))}".utf8)?.kind == .duplicateKey("k7"))
        let nested = "{\"k7\":{\(keys.joined(separator: ","))},\"z\":[{\(keys.joined(separator: ","))}]"
        #expect(fault("\(nested)}".utf8) == nil)
        #expect(fault("\(nested),\"k7\":0}".utf8)?.kind == .duplicateKey("k7"))
    }

    @Test(arguments: [0, 3, 23, 24, 40])
    func `a key that stands twice is found wherever the two stand, however many keys are open around them`(outer: Int) {
        let around = (0..<outer).map { "\"around\($0)\":0," }.joined()
        for count in [1, 2, 9, 31, 32, 33, 34, 50] {
            let names = (0..<count).map { "key\($0)" }
            func document(_ names: [String]) -> String {
                "{\(around)\"o\":{\(names.map { "\"\($0)\":0" }.joined(separator: ","))}}"
            }
            #expect(fault(document(names).utf8) == nil)
            for first in 0..<count {
                for second in Set([first + 1, (first + count) / 2 + 1, count]) where second <= count {
                    for spelling in ["key\(first)", "\\u006Bey\(first)"] {
                        var twice = names
                        twice.insert(spelling, at: second)
                        let found = fault(document(twice).utf8)?.kind
                        #expect(found == .duplicateKey("key\(first)"), "\(first), \(second) of \(count)")
                    }
                }
            }
        }
    }

    @Test func `stops at the depth limit and not before`() {
        let limit = WireLimits.jsonDepthMax
        func nest(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(fault(nest(limit).utf8) == nil)
        #expect(fault(nest(limit + 1).utf8) == JSONFault(.tooDeep, at: limit))
        #expect(fault(String(repeating: "{\"a\":", count: 100_000).utf8)?.kind == .tooDeep)
        #expect(fault("[\(nest(limit - 1)),\(nest(limit - 1))]".utf8) == nil)
    }

    @Test func `a document has so many keys and no more, however its objects share them`() {
        func document(_ keys: Int) -> String { "[\((0..<keys).map { "{\"k\($0)\":1}" }.joined(separator: ","))]" }
        #expect(fault(document(WireLimits.jsonKeysMax).utf8) == nil)
        #expect(fault(document(WireLimits.jsonKeysMax + 1).utf8)?.kind == .tooManyKeys)
    }

    @Test func `pulls values by key and gives their ranges`() throws {
        let buffer = ByteBuffer(string: #" {"id":"x\u00e9\n","n":-42,"ok":true,"no":null,"big":[1, {"a":2}],"f":0.25} "#)
        try buffer.readJSON { reader in
            var seen: [String] = []
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                seen.append(key.string)
                switch key {
                case "id":
                    let text = try reader.readString()
                    #expect(text.string == "xé\n")
                    #expect(text.decodedBytes == 4)
                    #expect(text.scalars == 3)
                    #expect(text.is("xé\n"))
                    #expect(!text.is("xé\t"))
                case "n": #expect(try reader.readInt() == -42)
                case "ok": #expect(try reader.readBool())
                case "no": #expect(try reader.skipNull())
                case "big":
                    let range = try reader.skipValue()
                    #expect(String(buffer: buffer.slice(range)) == #"[1, {"a":2}]"#)
                default: #expect(try reader.readNumber().double == 0.25)
                }
            }
            try reader.finish()
            #expect(seen == ["id", "n", "ok", "no", "big", "f"])
        }
    }

    @Test func `counts the elements of an array`() throws {
        try ByteBuffer(string: "[1,[2,3],4]").readJSON { reader in
            var elements = try reader.readArray()
            while try reader.nextElement(of: &elements) { try reader.skipValue() }
            #expect(elements.count == 3)
        }
    }

    @Test(
        arguments: [
            ("1e3", nil, 1000), ("5.0", nil, 5), ("9223372036854775807", Int.max, 9.2233720368547758e18),
            ("-9223372036854775808", Int.min, -9.2233720368547758e18), ("9223372036854775808", nil, 9.2233720368547758e18),
            ("-0", 0, 0), ("0.1", nil, 0.1), ("123456.789", nil, 123456.789), ("1e400", nil, nil), ("2.5e-3", nil, 0.0025),
            ("0.30000000000000004", nil, 0.30000000000000004),
        ] as [(String, Int?, Double?)])
    func `takes integers only without fraction and exponent`(text: String, int: Int?, double: Double?) throws {
        try ByteBuffer(string: text).readJSON { reader in
            let number = try reader.readNumber()
            #expect(number.int == int)
            #expect(number.double == double)
        }
    }

    @Test func `names the kind it wanted and the kind it found`() {
        #expect(throws: JSONFault(.wrongKind(expected: .string, found: .object), at: 1)) {
            try ByteBuffer(string: " {}").readJSON { reader in _ = try reader.readString() }
        }
        #expect(throws: JSONFault(.notAnInteger, at: 0)) {
            try ByteBuffer(string: "1.5").readJSON { reader in _ = try reader.readInt() }
        }
    }

    /// Documents made of JSON's own pieces, then bent: the reader must agree with the naive validator on every one.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `agrees with a naive validator on bent documents`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<150 {
            var bytes = Array(document(depth: 4, &random).utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty { bend(&bytes, &random) }
            let found = fault(bytes)
            #expect(
                (found == nil) == NaiveJSON.accepts(bytes), "seed \(seed) round \(round): \(bytes) \(String(describing: found))")
        }
    }

    private func document(depth: Int, _ random: inout SeededGenerator) -> String {
        let leaves = [
            "0", "-1.5", "1e9", "12345678901234567890", "true", "false", "null", "\"\"", "\"plain text longer than eight\"",
            #""\u00e9\uD83D\uDE00\"""#, "\"漢字 é 😀\"", "\"a\\\\\"",
        ]
        let keys = ["\"a\"", #""\u0061""#, "\"b\"", "\"\"", "\"é\"", #""\u00E9""#, "\"longer key\"", "\"c\"", "\"d\""]
        guard depth > 0, Int.random(in: 0..<4, using: &random) > 0 else { return leaves.randomElement(using: &random) ?? "0" }
        let count = Int.random(in: 0...4, using: &random)
        if Bool.random(using: &random) {
            return "[" + (0..<count).map { _ in document(depth: depth - 1, &random) }.joined(separator: ",") + "]"
        }
        let members = (0..<count).map { _ in
            (keys.randomElement(using: &random) ?? "\"a\"") + ": " + document(depth: depth - 1, &random)
        }
        return "{" + members.joined(separator: " ,") + "}"
    }

    private func bend(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let at = Int.random(in: bytes.indices, using: &random)
        let alphabet = Array("{}[]\",:\\u0eE+-.1 \n\u{1}é\u{10FFFF}dD8".utf8) + [0xC3, 0x80, 0xFF, 0xED, 0xA0]
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: at)
        case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: at)
        case 2: bytes[at] = alphabet.randomElement(using: &random) ?? 0
        default: bytes.removeSubrange(at...)
        }
    }
}
