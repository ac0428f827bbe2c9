import Testing

/// An engine never learns who pays, a ledger never learns what was said.
@Suite struct `What a room may know` {
    @Test(arguments: [
        ("Units", []),
        ("Commerce", ["Units"]),
        ("Inference", ["Units", "NIOCore"]),
        ("Wire", ["Units", "Inference", "NIOCore"]),
    ])
    func `a pure room imports only what it may`(room: String, allowed: [String]) {
        let files = SourceTree.room(room)
        #expect(!files.isEmpty, "the room is there")
        for file in files {
            // The documents of the control socket are far from the chat path: Foundation's JSON serves them well.
            let allowed = allowed + (file.path.contains("/Wire/Control/") ? ["Foundation"] : [])
            #expect(file.imports.subtracting(allowed).isEmpty, "\(file.path)")
        }
    }

    @Test(arguments: [
        ("Gateway", ["NIOHTTP1", "NIOSSL", "NIOPosix", "GRDB", "Hummingbird", "Wire", "Engines", "SQLiteStores", "API"]),
        ("Engines", ["Commerce", "Gateway", "GRDB", "Hummingbird", "SQLiteStores", "API"]),
        ("SQLiteStores", ["Wire", "Gateway", "Engines", "API", "Hummingbird", "NIOHTTP1"]),
        ("Audio", ["Commerce", "Gateway", "Wire", "Engines", "SQLiteStores", "Pictures", "API"]),
        ("Pictures", ["Commerce", "Gateway", "Wire", "Engines", "SQLiteStores", "API", "NIOCore"]),
        ("BlobStores", ["Commerce", "Gateway", "Wire", "Engines", "SQLiteStores", "API", "GRDB", "Hummingbird"]),
        ("API", ["GRDB", "SQLiteStores", "Engines", "Pictures", "Audio", "BlobStores"]),
        ("CLI", ["GRDB", "Commerce", "Gateway", "SQLiteStores", "Engines", "API", "Hummingbird"]),
    ])
    func `a room never imports what it must not learn`(room: String, forbidden: [String]) {
        let files = SourceTree.room(room)
        #expect(!files.isEmpty, "the room is there")
        for file in files {
            #expect(file.imports.isDisjoint(with: forbidden), "\(file.path)")
        }
    }

    @Test func `money is never a floating-point number`() {
        for file in SourceTree.room("Units") + SourceTree.room("Commerce") {
            #expect(file.places(of: /\b(Double|Float|Decimal)\b/) == [])
        }
    }

    @Test func `money never wraps around`() {
        for file in SourceTree.room("Units") + SourceTree.room("Commerce") {
            #expect(file.places(of: /&[+\-*]/) == [])
        }
    }

    @Test func `values reach SQL as arguments, never as text`() {
        for file in SourceTree.room("SQLiteStores") {
            #expect(file.places(of: /sql: "[^"]*\\\(/) == [])
            for statement in file.text.matches(of: /"""[\s\S]*?"""/) {
                #expect(!statement.output.contains(#"\("#), "\(file.path): \(statement.output.prefix(80))")
            }
        }
    }
}
