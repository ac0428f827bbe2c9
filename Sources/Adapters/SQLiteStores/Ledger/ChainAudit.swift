import Foundation
import GRDB
import Units

/// Computes the chain of hashes again while the entries are replayed.
final class ChainAudit {
    private struct Link {
        let batch: Int64
        let lastEntry: Int64
        let hash: [UInt8]
    }

    private let links: RowCursor
    private var next: Link?
    private var lastBatch: Int64 = 0
    /// The last entry that was followed.
    private(set) var lastEntry: Int64 = 0
    private var chain = EntryChain(after: EntryChain.origin)
    private var row = CanonicalRows()
    private var disagreement: String?

    /// - Parameter entry: the chain is followed from the last batch that ends before it.
    init(_ db: Database, before entry: Int64 = 1) throws {
        let sql = "SELECT batch, last_entry, hash FROM chain WHERE last_entry < ? ORDER BY batch DESC LIMIT 1"
        if let row = try Row.fetchOne(db, sql: sql, arguments: [entry]) {
            let hash: Data = row[2]
            lastBatch = row[0]
            lastEntry = row[1]
            chain = EntryChain(after: [UInt8](hash))
        }
        links = try Row.fetchCursor(
            db, sql: "SELECT batch, last_entry, hash FROM chain WHERE batch > ? ORDER BY batch", arguments: [lastBatch])
        try advance()
    }

    func follow(_ entry: AuditedEntry) throws {
        lastEntry = entry.id
        guard let link = next else {
            return note("\(entry.name) is in no batch of the chain, which ends with \(EntryID(entry.id - 1))")
        }
        entry.write(to: &row)
        chain.append(row)
        guard entry.id >= link.lastEntry else { return }
        if entry.id > link.lastEntry || chain.hash() != link.hash {
            note("batch \(link.batch) of the chain, up to \(EntryID(link.lastEntry)), has another hash than its entries give")
        }
        chain = EntryChain(after: link.hash)
        try advance()
    }

    /// To be called after all else agreed: what is wrong in particular says more than that something was changed.
    func end() throws {
        if let next {
            note(
                "batch \(next.batch) of the chain goes up to \(EntryID(next.lastEntry)), but the entries end with \(EntryID(lastEntry))"
            )
        }
        if let disagreement { throw LedgerDisagreement(disagreement) }
    }

    private func advance() throws {
        guard let row = try links.next() else {
            next = nil
            return
        }
        let hash: Data = row[2]
        let link = Link(batch: row[0], lastEntry: row[1], hash: [UInt8](hash))
        if link.batch != lastBatch + 1 { note("batch \(link.batch) of the chain follows batch \(lastBatch)") }
        lastBatch = link.batch
        next = link
    }

    private func note(_ sentence: String) { disagreement = disagreement ?? sentence }
}
