package import Inference
import Synchronization
package import Units

extension S3Blobs {
    /// Reads so many pages and removes so many pictures at most; the next sweep goes on where this one ended. Keys that are no pictures' are
    /// somebody else's and stay. Nothing is ever half written: a server that is cut off keeps nothing.
    package func sweep(before instant: Instant) async throws(BlobFault) -> Int {
        var removed = 0
        var faults: [BlobFault] = []
        var token: String?
        var last = sweptTo.withLock { $0 }
        for _ in 0..<BlobLimits.sweepPagesMax {
            let page = try await page(after: last, token)
            let names = page.items.compactMap { item in
                item.modified < instant && item.key.hasPrefix(prefix) ? BlobName(item.key.dropFirst(prefix.count)) : nil
            }
            let refused = await remove(names)
            faults += refused
            removed += names.count - refused.count
            last = page.items.last { BlobName($0.key.dropFirst(prefix.count)) != nil }?.key ?? last
            token = page.next
            if token == nil || removed >= BlobLimits.sweepRemovalsMax || faults.count >= BlobLimits.removalFaultsMax { break }
        }
        let end = token == nil ? nil : last
        sweptTo.withLock { $0 = end }
        if let fault = faults.first { throw fault }
        return removed
    }

    private func page(after last: String?, _ token: String?) async throws(BlobFault) -> S3Listing {
        var query = [("list-type", "2"), ("prefix", prefix), ("max-keys", String(BlobLimits.pageKeysMax))]
        if let token { query.append(("continuation-token", token)) } else if let last { query.append(("start-after", last)) }
        let answer = try await ask(client.request(.get, key: "", query: query)) { $0.isSuccess }
        guard let listing = S3Listing(answer.body) else { throw BlobFault("\(client.place): what came is no list of keys") }
        return listing
    }

    /// A few at a time, and no more once too many have failed.
    /// - Returns: why some were not removed.
    private func remove(_ names: [BlobName]) async -> [BlobFault] {
        await withTaskGroup(of: BlobFault?.self) { group in
            var faults: [BlobFault] = []
            for (index, name) in names.enumerated() where faults.count < BlobLimits.removalFaultsMax {
                if index >= BlobLimits.removalsAtOnce, let fault = await group.next() ?? nil { faults.append(fault) }
                group.addTask {
                    do throws(BlobFault) { try await self.remove(name) } catch { return error }
                    return nil
                }
            }
            for await case let fault? in group { faults.append(fault) }
            return faults
        }
    }
}
