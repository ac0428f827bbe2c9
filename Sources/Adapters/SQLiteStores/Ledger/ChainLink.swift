import Foundation
import GRDB

/// The end of the chain of hashes.
struct ChainLink {
    let batch: Int64
    let lastEntry: Int64
    let hash: [UInt8]

    static func last(_ db: Database) throws -> ChainLink {
        guard let row = try Row.fetchOne(db, sql: "SELECT batch, last_entry, hash FROM chain ORDER BY batch DESC LIMIT 1") else {
            return ChainLink(batch: 0, lastEntry: 0, hash: EntryChain.origin)
        }
        let hash: Data = row[2]
        return ChainLink(batch: row[0], lastEntry: row[1], hash: [UInt8](hash))
    }
}
