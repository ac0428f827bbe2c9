import Commerce
import TestKit
import Units

/// A disk that keeps what was synced, and of the rest a beginning of chance.
///
/// `@unchecked Sendable`: a run has one thread.
final class SimulatedDisk: LedgerJournal, @unchecked Sendable {
    /// The process died while it wrote.
    struct PowerLoss: Error {}

    private let world: World
    private let auditor: Auditor
    private let fault: PlantedFault?
    private var kept = LedgerMemory()
    /// Batches that were written and not yet synced, each all or nothing.
    private var unsynced: [[LedgerRecord]] = []
    /// How many of the next commits of a start succeed before the process dies; nil: all.
    var commitsUntilDeath: Int?

    init(_ world: World, auditor: Auditor, fault: PlantedFault?) {
        self.world = world
        self.auditor = auditor
        self.fault = fault
    }

    func write(_ records: [LedgerRecord]) { unsynced.append(records) }

    /// What was written is durable from here, if the disk is honest.
    func sync() {
        if fault == .diskLies, unsynced.allSatisfy({ $0.allSatisfy(\.isOfRequest) }) { return }
        keep(unsynced.count)
    }

    /// A beginning of what was not synced may be there all the same.
    func crash() {
        keep(world.number(0...unsynced.count))
        unsynced = []
    }

    private func keep(_ count: Int) {
        for batch in unsynced.prefix(count) {
            kept.keep(batch)
            world.note("durable", Int64(batch.count))
            auditor.committed(batch)
        }
        unsynced.removeFirst(count)
    }

    // MARK: A start's own writes, which wait for the disk

    func load() throws -> LedgerImage {
        var image = kept.reopen()
        switch fault {
        case .recoveryReleasesAll:
            for index in image.openHolds.indices { image.openHolds[index].accepted = false }
        case .pricesRewritten: image.prices = image.prices.map { $0.doubled }
        case .referencesForgotten: image.credits = []
        case .recoveryForgetsAccepted: image.openHolds.removeAll { $0.accepted }
        default: break
        }
        return image
    }

    func commit(_ records: [LedgerRecord]) throws {
        write(records)
        if let left = commitsUntilDeath {
            guard left > 0 else {
                crash()
                throw PowerLoss()
            }
            commitsUntilDeath = left - 1
        }
        keep(unsynced.count)
    }
}

extension PriceVersion {
    fileprivate var doubled: PriceVersion {
        let output = Rate(nanodollarsPerMillion: price.output.nanodollarsPerMillion * 2) ?? price.output
        return PriceVersion(id: id, model: model, price: ModelPrice(input: price.input, output: output), since: since)
    }
}

extension LedgerRecord {
    /// Of a request's money, not of an operator's act.
    var isOfRequest: Bool {
        switch self {
        case .entry(let entry): entry.kind != .grant
        case .epoch, .account, .key, .keyRevoked, .price: false
        default: true
        }
    }
}
