import NIOCore
import Testing

@testable import Wire

@Suite struct JSONValueTests {
    @Test(arguments: [
        #"{"z":1,"a":[true,false,null],"m":{"x":1.50,"y":1e3}}"#, #"["é","\"\\\n\t\r\u0001","/"]"#, "{}", "[]", "-0", "\"\"",
    ])
    func `writes what it read, in order, numbers untouched`(text: String) throws {
        #expect(try JSONValue(parsing: text).text == text)
    }

    @Test func `finds values by key and index`() throws {
        let value = try JSONValue(parsing: #"{"tools":[{"name":"f","n":3,"t":0.5}]}"#)
        #expect(value["tools"]?[0]?["name"]?.string == "f")
        #expect(value["tools"]?[0]?["n"]?.int == 3)
        #expect(value["tools"]?[0]?["t"]?.int == nil)
        #expect(value["tools"]?[0]?["t"]?.double == 0.5)
        #expect(value["tools"]?[1] == nil)
        #expect(value["nothing"] == nil)
    }

    @Test func `is made of literals`() {
        let value: JSONValue = ["a": [1, "two", .null, true], "b": [:]]
        #expect(value.text == #"{"a":[1,"two",null,true],"b":{}}"#)
    }

    @Test func `refuses what the reader refuses`() {
        #expect(throws: JSONFault(.duplicateKey("a"), at: 7)) { try JSONValue(parsing: #"{"a":1,"a":2}"#) }
        #expect(throws: JSONFault(.trailingBytes, at: 3)) { try JSONValue(parsing: "{} {}") }
    }

    @Test func `escapes every control character and nothing else`() throws {
        let all = String(String.UnicodeScalarView((0..<0x80).compactMap(Unicode.Scalar.init)))
        var buffer = ByteBuffer()
        buffer.writeJSON(all + "é😀")
        #expect(try JSONValue(parsing: buffer) == .string(all + "é😀"))
        #expect(buffer.readableBytes == 2 + 128 + 29 * 5 + 3 + 2 + "é😀".utf8.count)
    }

    @Test func `writes integers and absent strings`() {
        var buffer = ByteBuffer()
        buffer.writeJSON(Int.min)
        buffer.writeJSON(nil as String?)
        buffer.writeJSON(key: "k")
        #expect(String(buffer: buffer) == "-9223372036854775808null\"k\":")
    }
}
