import Testing

@Suite struct `The manners of the house` {
    @Test func `a file is one noun, so it is not long`() {
        for file in SourceTree.sources + SourceTree.tests {
            #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func `names say what a thing is`() {
        let vague = /(Manager|Helper|Utils?|Utility|Impl|Common)(?![a-z])/
        let declaration = /\b(?:struct|class|enum|actor|protocol|typealias|func|var|let|case) `?(\w+)/
        for file in SourceTree.sources + SourceTree.tests.filter({ $0.name.hasSuffix(".swift") }) {
            #expect(!file.name.contains(vague), "\(file.path)")
            for declared in file.text.matches(of: declaration) where declared.1.contains(vague) {
                Issue.record("\(file.path): \(declared.1)")
            }
        }
    }

    @Test func `nothing is left to trap, to chance or to later`() {
        for file in SourceTree.sources {
            #expect(file.places(of: /\btry!|\bas!|fatalError\(/) == [])
            #expect(!file.text.contains(/\b(TODO|FIXME|XXX)\b/), "\(file.path)")
            #expect(!file.name.hasPrefix("Placeholder"), "\(file.path)")
        }
    }

    @Test func `no task is let loose`() {
        for file in SourceTree.sources {
            #expect(file.places(of: /\bTask(\.detached)? \{/) == [])
        }
    }

    @Test func `what the compiler cannot prove is proved beside it`() {
        let unproved = /@unchecked Sendable|nonisolated\(unsafe\)/
        for file in SourceTree.sources {
            for (index, line) in file.lines.enumerated() where line.contains(unproved) {
                let nearby = file.lines[max(0, index - 4)...index]
                #expect(nearby.contains { $0.contains("//") }, "\(file.path):\(index + 1) wants a comment that proves it")
            }
        }
    }

    @Test func `no line ends in spaces, every file ends in one newline`() {
        let scripts = SourceTree.files(under: "Scripts", ending: [""])
        for file in SourceTree.sources + SourceTree.tests + SourceTree.documents + scripts {
            #expect(!file.lines.contains { $0.last?.isWhitespace == true }, "\(file.path)")
            #expect(file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n"), "\(file.path)")
        }
    }

    @Test func `decision records are numbered without gaps`() {
        let records = SourceTree.documents.filter { $0.path.hasPrefix("docs/decisions/") }
        #expect(!records.isEmpty)
        for (number, record) in zip(1..., records) {
            let digits = String(number)
            let prefix = String(repeating: "0", count: 4 - digits.count) + digits + "-"
            #expect(record.name.hasPrefix(prefix), "\(record.path) should begin \(prefix)")
        }
    }

    @Test func `documents that the code cites exist`() {
        for file in SourceTree.sources {
            for citation in file.text.matches(of: /docs\/[a-z]+\/[\w\-]+\.md/) {
                #expect(SourceTree.exists(String(citation.output)), "\(file.path) cites \(citation.output)")
            }
        }
    }
}
