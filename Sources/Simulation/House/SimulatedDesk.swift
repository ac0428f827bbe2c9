import Commerce
import Gateway
import Units

/// The ledger's desk in virtual time: the writer's inbox and batches, with a disk that takes its time and may be cut off.
///
/// `@unchecked Sendable`: a run has one thread.
final class SimulatedDesk: LedgerDesk, @unchecked Sendable {
    private unowned let life: Life
    private let disk: SimulatedDisk
    private let fault: PlantedFault?
    private var ledger: Ledger
    private var inbox: LedgerInbox
    private var published: PublishedBooks
    private var isBusy = false
    private var isSignalled = false
    private var noteJob: Job?
    private var world: World { life.world }

    /// As the writer's own.
    private static let noteDelay: Int64 = 50_000_000

    init(_ life: Life, ledger: Ledger, disk: SimulatedDisk, recipe: Recipe, fault: PlantedFault?) {
        self.life = life
        self.disk = disk
        self.fault = fault
        self.ledger = ledger
        inbox = LedgerInbox(commandsMax: recipe.inboxCommandsMax)
        published = PublishedBooks(ledger)
    }

    func balance(of purse: Purse) -> Balance {
        var balance = published.balance(of: purse)
        if fault == .showsPosted { balance.available = balance.posted }
        return balance
    }

    /// From now on nothing new is begun.
    func stopAdmitting() { inbox.stopAdmitting() }

    /// Everything that was asked is done and told.
    var isIdle: Bool { !isBusy && inbox.isEmpty }

    func submit(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) {
        guard let command = altered(command, then) else { return }
        if let refusal = inbox.add(command, then: then) { return then(.refused(refusal)) }
        signal()
    }

    func note(_ command: LedgerCommand) {
        if fault == .noCheckpoints, case .progress = command { return }
        inbox.note(command)
        if noteJob == nil, !isBusy {
            noteJob = life.post(after: world.time(0, SimulatedDesk.noteDelay)) { [self] in
                noteJob = nil
                takeTurn()
            }
        }
    }

    private func signal() {
        guard !isSignalled else { return }
        isSignalled = true
        if !isBusy { wake() }
    }

    private func wake() {
        life.post(after: world.time(0, 30_000)) { [self] in takeTurn() }
    }

    // MARK: A batch

    private func takeTurn() {
        guard !isBusy else { return }
        isSignalled = false
        noteJob?.isCancelled = true
        noteJob = nil
        let items = inbox.take()
        guard !items.isEmpty else { return }
        isBusy = true
        life.house.auditor.batchTaken()
        let batch = LedgerBatch(items, decidedBy: &ledger, at: life.house.now())
        guard !batch.records.isEmpty, !life.isDead else {
            batch.tell()
            return rest()
        }
        let records = altered(batch.records)
        world.note("written", Int64(records.count))
        disk.write(records)
        let isEarly = fault == .speaksBeforeDurable && records.allSatisfy(\.isOfRequest)
        if isEarly { batch.tell() }
        life.post(after: life.house.recipe.disk.commitTime(world)) { [self] in
            guard !life.isDead else { return finish(batch, records, wasTold: isEarly) }
            if world.once(in: life.house.recipe.commitFailsOnceIn) {
                world.note("commit failed")
                life.post(after: 0) { [self] in finish(batch, records, wasTold: isEarly) }
                return life.house.crash()
            }
            disk.sync()
            // Between the disk's word and the first asker's hearing of it a process can die too.
            life.post(after: world.time(0, 5_000)) { [self] in finish(batch, records, wasTold: isEarly) }
        }
    }

    private func finish(_ batch: LedgerBatch, _ records: [LedgerRecord], wasTold: Bool) {
        published.publish(records)
        if !life.isDead { life.house.auditor.published() }
        if !wasTold { batch.tell() }
        rest()
    }

    private func rest() {
        isBusy = false
        if isSignalled { wake() } else if !inbox.isEmpty { noteRemains() }
    }

    private func noteRemains() {
        noteJob = life.post(after: SimulatedDesk.noteDelay) { [self] in
            noteJob = nil
            takeTurn()
        }
    }

    // MARK: Faults

    private func altered(_ command: LedgerCommand, _ then: @escaping @Sendable (LedgerOutcome) -> Void) -> LedgerCommand? {
        switch (fault, command) {
        case (.extensionsUnrecorded, .extend):
            then(.extended(to: Ledger.balanceMax))
            return nil
        case (.disconnectIsFree, .settle(let hold, _, _, let note)) where note.contains("caller left"):
            return .release(hold, reason: note)
        case (.disconnectLosesSettlement, .settle(let hold, let usage, let source, let note)) where note.contains("caller left"):
            let receipt = Receipt(hold: hold, charge: .zero, writeoff: .zero, usage: usage, source: source, balance: .zero)
            then(.closed(receipt))
            return nil
        case (.failoverUnrecorded, .dispatch):
            then(.noted)
            return nil
        case (.anyUsage, .settle(let hold, let usage, .counted, let note)):
            guard let reported = life.house.auditor.reported(under: hold), reported.isPlausible else {
                return .settle(hold, usage: usage, source: .counted, note: note)
            }
            return .settle(hold, usage: reported, source: .measured, note: note)
        default: return command
        }
    }

    private func altered(_ records: [LedgerRecord]) -> [LedgerRecord] {
        switch fault {
        case .settlesTwice:
            records.flatMap { record in
                if case .entry(let entry) = record, entry.kind == .settle { [record, record] } else { [record] }
            }
        case .readsThenWrites:
            records.map { record in
                guard case .entry(let entry) = record, entry.kind == .hold else { return record }
                let purse = Purse(account: entry.account, book: entry.book)
                return .entry(entry.leaving(published.balance(of: purse).available + entry.available))
            }
        default: records
        }
    }
}

extension Entry {
    /// The same movement, said to leave `available`.
    fileprivate func leaving(_ available: Money) -> Entry {
        Entry(
            id: id, at: at, epoch: epoch, kind: kind, account: account, book: book, key: key, hold: hold,
            available: self.available, held: held, revenue: revenue, grant: grant, writeoff: writeoff,
            availableAfter: available, heldAfter: heldAfter, note: note)
    }
}
