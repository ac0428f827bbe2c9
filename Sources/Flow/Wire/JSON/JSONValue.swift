package import NIOCore

/// A whole document in memory: for what is transformed rather than passed on, off the chat path.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    /// In the order of the document.
    case object([JSONMember])

    package static func integer(_ value: some FixedWidthInteger) -> JSONValue { .number(JSONNumber(value)) }

    /// Reads one document.
    package init(parsing buffer: ByteBuffer) throws(JSONFault) {
        self = try buffer.readJSON { (reader) throws(JSONFault) in
            let value = try JSONValue(from: &reader)
            try reader.finish()
            return value
        }
    }

    package init(parsing text: String) throws(JSONFault) { try self.init(parsing: ByteBuffer(string: text)) }

    /// Takes the next value of a reader.
    package init(from reader: inout JSONReader) throws(JSONFault) {
        switch try reader.peek() {
        case .null:
            try reader.readNull()
            self = .null
        case .bool: self = .bool(try reader.readBool())
        case .number: self = .number(JSONNumber(checked: try reader.readNumber().string))
        case .string: self = .string(try reader.readString().string)
        case .array:
            var values: [JSONValue] = []
            var elements = try reader.readArray()
            while try reader.nextElement(of: &elements) { values.append(try JSONValue(from: &reader)) }
            self = .array(values)
        case .object:
            var list: [JSONMember] = []
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                list.append(JSONMember(key: key.string, value: try JSONValue(from: &reader)))
            }
            self = .object(list)
        }
    }

    package var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The value of a key; nil when this is no object or has no such key.
    package subscript(_ key: String) -> JSONValue? { members?.first { $0.key == key }?.value }
    /// An element; nil when this is no array or is too short.
    package subscript(_ index: Int) -> JSONValue? { elements.flatMap { $0.indices.contains(index) ? $0[index] : nil } }

    package var isNull: Bool { self == .null }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var int: Int? { if case .number(let value) = self { value.int } else { nil } }
    package var double: Double? { if case .number(let value) = self { value.double } else { nil } }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var elements: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    package var members: [JSONMember]? { if case .object(let members) = self { members } else { nil } }

    /// Writes it without white space; numbers as they were read.
    package func write(into buffer: inout ByteBuffer) {
        switch self {
        case .null: buffer.writeStaticString("null")
        case .bool(let value): buffer.writeJSON(value)
        case .number(let number): buffer.writeString(number.text)
        case .string(let text): buffer.writeJSON(text)
        case .array(let values):
            buffer.writeInteger(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                value.write(into: &buffer)
            }
            buffer.writeInteger(UInt8(ascii: "]"))
        case .object(let members):
            buffer.writeInteger(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                buffer.writeJSON(member.key)
                buffer.writeInteger(UInt8(ascii: ":"))
                member.value.write(into: &buffer)
            }
            buffer.writeInteger(UInt8(ascii: "}"))
        }
    }

    /// The document as text.
    package var text: String {
        var buffer = ByteBuffer()
        write(into: &buffer)
        return String(buffer: buffer)
    }
}

package struct JSONMember: Hashable, Sendable {
    package var key: String
    package var value: JSONValue

    package init(key: String, value: JSONValue) {
        self.key = key
        self.value = value
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember(key: $0.0, value: $0.1) })
    }
}
