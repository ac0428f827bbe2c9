import Testing

@testable import Engines

@Suite struct `What an engine writes` {
    @Test(
        arguments: [
            ("one\ntwo\n", ["one", "two"]), ("\n\n\n", []), ("10%\r20%\r\ndone", ["10%", "20%", "done"]),
            ("\u{1B}[31mred\u{1B}[0m\n", ["[31mred[0m"]), ("täst\n", ["täst"]), ("a\tb\u{0}c\n", ["a\tbc"]),
        ])
    func `is read by lines, without what is no text`(text: String, lines: [String]) {
        var output = OutputLines()
        var heard: [String] = []
        for byte in text.utf8 { output.take([byte]) { heard.append($0) } }
        output.finish { heard.append($0) }
        #expect(heard == lines)
    }

    @Test func `a line without end is cut`() {
        var output = OutputLines()
        var heard: [String] = []
        output.take([UInt8](repeating: UInt8(ascii: "x"), count: 100_000)) { heard.append($0) }
        output.take("\nnext\n".utf8) { heard.append($0) }
        #expect(heard.map(\.utf8.count) == [OutputLines.bytesMax, 4])
    }
}
