#if DEBUG
    import Commerce
    import Units

    /// A defect put in on purpose, to see whether the auditor notices: it alters what is written, as a wrong ledger would have.
    ///
    /// The tests that use it take away the database's constraints first, so that only the auditor stands in its way.
    struct PlantedBug {
        enum Name: String, CaseIterable, Sendable {
            /// The engine is asked before the hold is durable.
            case holdNotAwaited = "hold-not-awaited"
            /// The terminator goes out before the settlement is durable.
            case settleNotAwaited = "settle-not-awaited"
            /// The same answer is billed under a second hold as well.
            case chargeTwice = "charge-twice"
            /// Who leaves in mid-answer pays nothing.
            case leaveForFree = "leave-for-free"
            case recoveryReleasesAll = "recovery-releases-all"
            case recoveryChargesTheHold = "recovery-charges-the-hold"
            /// A hold is granted whatever the balance.
            case balanceUnchecked = "balance-unchecked"
            /// Trusted customers are not made to wait for a hold.
            case holdOfNothing = "hold-of-nothing"
            /// Settled at the price in force now, not at the one that was agreed.
            case currentPrice = "current-price"
            /// The text of an error is billed as an answer.
            case errorsBilled = "errors-billed"
            case usageDoubled = "usage-doubled"
            /// A settlement that is counted and not written.
            case entryLeftOut = "entry-left-out"
            /// A batch is acknowledged and never written.
            case commitForgotten = "commit-forgotten"
            /// A job that failed is charged as if its picture were there.
            case failedPictureCharged = "failed-picture-charged"
        }

        let name: Name
        private var late: [LedgerRecord] = []
        private var lateSince: ContinuousClock.Instant?
        private var seen = 0
        private var prices: [PriceID: PriceVersion] = [:]
        /// By how much the numbers in the database differ from the ledger's own.
        private var shift: Int64 = 0
        /// What holds are called in the database, where that differs.
        private var renames: [HoldID: HoldID] = [:]
        private var gap: [Purse: Balance] = [:]
        private var spentGap: [KeyID: Money] = [:]

        init(_ name: Name) { self.name = name }

        /// How long a batch that should have been waited for is put off.
        private static let lateness = Duration.milliseconds(400)
        /// What the ledger wrongly believes to be there.
        private static let imagined = Money(nanodollars: 1000 * Money.nanodollarsPerDollar)

        mutating func altered(_ image: LedgerImage) -> LedgerImage {
            prices = Dictionary(uniqueKeysWithValues: image.prices.map { ($0.id, $0) })
            guard name == .balanceUnchecked else { return image }
            var image = image
            for (purse, balance) in image.balances {
                image.balances[purse]?.available = balance.available + PlantedBug.imagined
                gap[purse] = Balance(available: -PlantedBug.imagined, held: .zero)
            }
            return image
        }

        /// - Returns: what is written instead of `records`.
        mutating func altered(_ records: [LedgerRecord], at now: ContinuousClock.Instant) -> [LedgerRecord] {
            switch name {
            case .holdNotAwaited: return putOff(records, at: now) { $0 == .hold }
            case .settleNotAwaited: return putOff(records, at: now) { $0 == .settle }
            case .commitForgotten:
                if contains(records, where: { $0 == .settle }), !contains(records, where: { $0 == .hold }) { seen += 1 }
                guard seen == 5 else { return rewritten(records) }
                seen += 1
                for case .entry(let entry) in records { leaveOut(entry) }
                return []
            default: return rewritten(records)
            }
        }

        private mutating func rewritten(_ records: [LedgerRecord]) -> [LedgerRecord] {
            var written: [LedgerRecord] = []
            var closing: Hold?
            for record in records { alter(record, &closing, into: &written) }
            return written
        }

        /// The entries behind it close up, so that only what they say can tell.
        private mutating func leaveOut(_ entry: Entry) {
            shift -= 1
            gap[Purse(account: entry.account, book: entry.book), default: .zero].available -= entry.available
            gap[Purse(account: entry.account, book: entry.book), default: .zero].held -= entry.held
            if let key = entry.key { spentGap[key, default: .zero] -= entry.revenue + entry.writeoff }
        }

        private mutating func putOff(
            _ records: [LedgerRecord], at now: ContinuousClock.Instant, where isLate: (Entry.Kind) -> Bool
        ) -> [LedgerRecord] {
            late += records
            if lateSince == nil, contains(records, where: isLate) { lateSince = now }
            if let lateSince, now - lateSince < PlantedBug.lateness { return [] }
            defer { (late, lateSince) = ([], nil) }
            return late
        }

        private func contains(_ records: [LedgerRecord], where matches: (Entry.Kind) -> Bool) -> Bool {
            records.contains { if case .entry(let entry) = $0 { matches(entry.kind) } else { false } }
        }

        // MARK: Record by record

        private mutating func alter(_ record: LedgerRecord, _ closing: inout Hold?, into written: inout [LedgerRecord]) {
            switch renamed(record) {
            case .price(let version):
                prices[version.id] = version
                written.append(record)
            case .holdOpened(var hold):
                if name == .holdOfNothing { hold = hold.with(amount: .zero) }
                written.append(.holdOpened(hold))
            case .holdChanged(let hold) where hold.closing != nil: closing = hold
            case .holdChanged(let hold): written.append(.holdChanged(name == .holdOfNothing ? hold.with(amount: .zero) : hold))
            case .holdExtended(let hold, let before): written.append(.holdExtended(hold, from: before))
            case .keySpent(let key, let spent): written.append(.keySpent(key, spent + (spentGap[key] ?? .zero)))
            case .entry(let entry):
                if let hold = closing {
                    close(hold, by: entry, into: &written)
                    closing = nil
                } else {
                    post(entry, into: &written)
                }
            default: written.append(record)
            }
        }

        /// A hold has the number of its opening entry, which others may have shifted.
        private mutating func renamed(_ record: LedgerRecord) -> LedgerRecord {
            guard shift != 0 else { return record }
            switch record {
            case .holdOpened(let hold):
                let id = HoldID(hold.id.value + shift)
                renames[hold.id] = id
                return .holdOpened(hold.with(id: id))
            case .holdChanged(let hold): return .holdChanged(hold.with(id: renames[hold.id] ?? hold.id))
            case .holdExtended(let hold, let before):
                return .holdExtended(hold.with(id: renames[hold.id] ?? hold.id), from: before)
            case .entry(let entry): return .entry(entry.with(hold: entry.hold.map { renames[$0] ?? $0 }))
            default: return record
            }
        }

        private mutating func post(_ entry: Entry, into written: inout [LedgerRecord]) {
            if name == .holdOfNothing, entry.kind == .hold {
                write(entry.with(available: .zero, held: .zero), instead: entry, into: &written)
                return
            }
            write(entry, instead: entry, into: &written)
        }

        private mutating func close(_ hold: Hold, by entry: Entry, into written: inout [LedgerRecord]) {
            if name == .entryLeftOut, entry.kind == .settle {
                seen += 1
                if seen == 5 { return leaveOut(entry) }
            }
            let (hold, changed) = closed(hold, entry)
            let before = entry.revenue + entry.writeoff
            let after = changed.revenue + changed.writeoff
            spentGap[hold.key, default: .zero] = (spentGap[hold.key] ?? .zero) + after - before
            written.append(.holdChanged(hold))
            write(changed, instead: entry, into: &written)
            guard name == .chargeTwice, changed.kind == .settle, changed.revenue > .zero else { return }
            bill(hold, again: changed, into: &written)
        }

        private mutating func bill(_ hold: Hold, again changed: Entry, into written: inout [LedgerRecord]) {
            let price = changed.revenue
            let nothing = changed.with(available: .zero, held: .zero, revenue: .zero, writeoff: .zero)
            shift += 1
            var second = hold.with(id: HoldID(changed.id.value + shift), amount: price)
            let closing = second.closing
            (second.state, second.closing) = (.dispatched, nil)
            written.append(.holdOpened(second))
            write(nothing.with(kind: .hold, hold: second.id, available: -price, held: price), instead: nothing, into: &written)
            shift += 1
            (second.state, second.closing) = (.settled, closing)
            written.append(.holdChanged(second))
            write(nothing.with(hold: second.id, held: -price, revenue: price), instead: nothing, into: &written)
            spentGap[hold.key, default: .zero] += price
        }

        /// The closing as the bug has it.
        private func closed(_ hold: Hold, _ entry: Entry) -> (Hold, Entry) {
            let usage = hold.closing?.usage
            switch (name, entry.kind) {
            case (.leaveForFree, .settle) where entry.note.contains("the caller left"): return reclosed(hold, entry, nil, .zero)
            case (.recoveryReleasesAll, .provisional): return reclosed(hold, entry, nil, .zero)
            case (.recoveryChargesTheHold, .provisional): return reclosed(hold, entry, usage, hold.amount)
            case (.currentPrice, .settle), (.currentPrice, .provisional):
                let current = prices.values.filter { $0.model == hold.model }.max { $0.id.value < $1.id.value }
                return reclosed(hold, entry, usage, min(hold.amount, usage.flatMap { current?.price.charge(for: $0) } ?? .zero))
            case (.errorsBilled, .release) where entry.note.contains("engine"):
                let text = Usage(promptTokens: hold.inputFairTokens, completionTokens: 40)
                return reclosed(hold, entry, text, prices[hold.price]?.price.charge(for: text) ?? .zero)
            case (.failedPictureCharged, .release) where prices[hold.price]?.price.unit == .image:
                let picture = Usage(promptTokens: 0, completionTokens: 1)
                return reclosed(hold, entry, picture, prices[hold.price]?.price.charge(for: picture) ?? .zero)
            case (.usageDoubled, .settle):
                let doubled = usage.map { Usage(promptTokens: $0.promptTokens, completionTokens: 2 * $0.completionTokens) }
                let charge = doubled.flatMap { prices[hold.price]?.price.charge(for: $0) } ?? .zero
                return reclosed(hold, entry, doubled, min(hold.amount, charge))
            case (.holdOfNothing, _):
                return (hold.with(amount: .zero), entry.with(available: -entry.revenue - entry.writeoff, held: .zero))
            default: return (hold, entry)
            }
        }

        /// The closing of `hold` with another usage, or none, and another charge.
        private func reclosed(_ hold: Hold, _ entry: Entry, _ usage: Usage?, _ charge: Money) -> (Hold, Entry) {
            var hold = hold
            hold.state = usage == nil ? .released : hold.state == .provisional ? .provisional : .settled
            hold.closing = Hold.Closing(
                at: entry.at, charge: charge, usage: usage, source: usage == nil ? nil : hold.closing?.source ?? .counted,
                note: entry.note)
            let kind: Entry.Kind = usage == nil ? .release : hold.state == .provisional ? .provisional : .settle
            return (hold, entry.with(kind: kind, available: -entry.held - charge, revenue: charge, writeoff: .zero))
        }

        /// Appends `entry`, numbered and summed up as the database has it, and keeps how far that is from what the ledger meant.
        private mutating func write(_ entry: Entry, instead meant: Entry, into written: inout [LedgerRecord]) {
            let purse = Purse(account: entry.account, book: entry.book)
            var gap = gap[purse] ?? .zero
            gap.available = gap.available + entry.available - meant.available
            gap.held = gap.held + entry.held - meant.held
            self.gap[purse] = gap
            written.append(
                .entry(
                    entry.with(
                        id: EntryID(entry.id.value + shift), availableAfter: entry.availableAfter + gap.available,
                        heldAfter: entry.heldAfter + gap.held)))
        }
    }

    extension Entry {
        fileprivate func with(
            id: EntryID? = nil, kind: Kind? = nil, hold: HoldID? = nil, available: Money? = nil, held: Money? = nil,
            revenue: Money? = nil,
            writeoff: Money? = nil, availableAfter: Money? = nil, heldAfter: Money? = nil
        ) -> Entry {
            Entry(
                id: id ?? self.id, at: at, epoch: epoch, kind: kind ?? self.kind, account: account, book: book, key: key,
                hold: hold ?? self.hold,
                available: available ?? self.available, held: held ?? self.held, revenue: revenue ?? self.revenue, grant: grant,
                writeoff: writeoff ?? self.writeoff, availableAfter: availableAfter ?? self.availableAfter,
                heldAfter: heldAfter ?? self.heldAfter, note: note)
        }
    }

    extension Hold {
        fileprivate func with(id: HoldID? = nil, amount: Money? = nil) -> Hold {
            Hold(
                id: id ?? self.id, request: request, account: account, book: book, key: key, price: price, model: model,
                amount: amount ?? self.amount,
                inputFairTokens: inputFairTokens, epoch: epoch, opened: opened, state: state, attempts: attempts, engine: engine,
                accepted: accepted, outputTokens: outputTokens, closing: closing)
        }
    }
#endif
