import Testing

@testable import CLI

@Suite struct `Tables` {
    @Test func `columns are aligned and lines end without spaces`() {
        var table = Table([("NAME", .left), ("AMOUNT", .right), ("NOTE", .left)])
        table.add(["a", "1.50", ""])
        table.add(["longer", "-10.25", "日本"])
        #expect(table.lines == ["NAME    AMOUNT  NOTE", "a         1.50", "longer  -10.25  日本"])
    }

    @Test(arguments: [
        (["a", "b"], "a,b"), (["a,b", "say \"hi\""], #""a,b","say ""hi""""#), (["two\nlines"], "\"two\nlines\""),
        (["-1.50", "=1+1", "@x"], "-1.50,'=1+1,'@x"),
    ])
    func `a cell of a spreadsheet is quoted where it must be, and never a formula`(cells: [String], line: String) {
        #expect(CSV.line(cells) == line)
    }
}
