/// Rows in aligned columns, for people.
package struct Table: Sendable {
    package enum Side: Sendable { case left, right }

    private let columns: [(title: String, side: Side)]
    private var rows: [[String]] = []

    package init(_ columns: [(title: String, side: Side)]) { self.columns = columns }

    /// - Parameter cells: one for each column.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells)
    }

    /// The titles and the rows, a line each, without spaces at their ends.
    package var lines: [String] {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { cells in
            let padded = cells.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - cells[column].count)
                return columns[column].side == .left ? cells[column] + gap : gap + cells[column]
            }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}

/// Rows as RFC 4180 has them, for spreadsheets.
package enum CSV {
    package static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") }

    /// Quotes what must be quoted. A text that a spreadsheet would run as a formula is led by an apostrophe; numbers are not.
    private static func cell(_ text: String) -> String {
        let isNumber = !text.isEmpty && text.allSatisfy { $0.isNumber || "+-.".contains($0) }
        let guarded = !isNumber && text.first.map { "=+-@\t\r".contains($0) } == true ? "'" + text : text
        guard guarded.contains(where: { ",\"\n\r".contains($0) }) else { return guarded }
        return "\"" + guarded.replacing("\"", with: "\"\"") + "\""
    }
}
