import Commerce
import Gateway
import Units

/// The operator, who opens accounts, gives keys and money, and the visitors who then come.
///
/// `@unchecked Sendable`: a run has one thread.
final class Crowd: @unchecked Sendable {
    let house: House
    private var visitors: [Visitor] = []
    private var lastNumber: Int64 = 0
    /// Acts that were not heard to be done; they are tried again until they are.
    private var waiting = 0
    private var world: World { house.world }

    init(_ house: House) { self.house = house }

    var isDone: Bool { waiting == 0 && visitors.count == house.recipe.callers && visitors.allSatisfy(\.isDone) }

    func nextNumber() -> Int64 {
        lastNumber += 1
        return lastNumber
    }

    func gather() {
        for number in 1...house.recipe.accounts { openAccount(number) }
        for _ in 0..<world.number(0...6) { world.after(world.time(0, 10_000_000_000)) { self.look() } }
    }

    // MARK: Acts

    /// Asks until it is heard to be done, however many lives that takes.
    private func act(_ command: LedgerCommand, then: @escaping (LedgerOutcome) -> Void) {
        waiting += 1
        attempt(command, Act(then))
    }

    private func attempt(_ command: LedgerCommand, _ act: Act) {
        guard let life = house.life else { return again(command, act) }
        life.desk.submit(command) { [self] outcome in
            guard !life.isDead, !act.isDone else { return }
            act.isDone = true
            waiting -= 1
            world.after(world.time(10_000, 1_000_000)) { act.then(outcome) }
        }
        again(command, act)
    }

    /// Looks after a while whether the process that was asked has died over it.
    private func again(_ command: LedgerCommand, _ act: Act) {
        let asked = house.life
        world.after(world.time(100_000_000, 3_000_000_000)) { [self] in
            guard !act.isDone else { return }
            if asked == nil || asked !== house.life { attempt(command, act) } else { again(command, act) }
        }
    }

    private func openAccount(_ number: Int) {
        act(.openAccount(name: "account \(number)")) { [self] _ in
            guard let account = house.auditor.books.account(named: "account \(number)") else {
                return world.fail("an account that was opened is not in the books")
            }
            for grant in 1...house.recipe.grants { self.grant(to: account, grant) }
            let callers = (0..<house.recipe.callers).filter { $0 % house.recipe.accounts == number - 1 }
            for _ in callers { world.after(world.time(0, 200_000_000)) { self.giveKey(to: account) } }
        }
    }

    private func grant(to account: AccountID, _ number: Int) {
        let amount = Money(nanodollars: world.pick(house.recipe.grantsToChoose))
        let purse = Purse(account: account, book: house.recipe.isVaried && world.once(in: 5) ? .test : .live)
        let reference = "grant \(number) to \(account)"
        house.auditor.willGrant(amount, to: purse, reference: reference)
        let times = world.once(in: 3) ? 2 : 1
        for _ in 0..<times {
            world.after(number == 1 ? 0 : world.time(0, 4_000_000_000)) { [self] in
                act(.grant(purse: purse, amount: amount, reference: reference)) { [self] outcome in
                    guard case .credited = outcome else { return world.fail("a grant was answered with \(outcome)") }
                    house.auditor.granted(purse, reference)
                }
            }
        }
    }

    private func giveKey(to account: AccountID) {
        let limits: [Int64?] = house.recipe.isVaried ? [nil, nil, nil, nil, nil, 30_000, 5_000_000] : [nil]
        let wish = NewKey(
            account: account, book: isOdd(10) ? .test : .live, mac: [], prefix: "sk-",
            limit: world.pick(limits).map(Money.init(nanodollars:)),
            expires: isOdd(8) ? house.now().advanced(bySeconds: Int64(world.number(1...20))) : nil)
        act(.createKey(wish)) { [self] outcome in
            guard case .key(let key) = outcome else { return world.fail("a key was answered with \(outcome)") }
            let visitor = Visitor(Caller(key: key), of: self)
            visitors.append(visitor)
            visitor.goOn()
            if isOdd(8) {
                world.after(world.time(0, 3_000_000_000)) { self.act(.revokeKey(key.id)) { _ in } }
            }
        }
    }

    private func isOdd(_ count: Int) -> Bool { house.recipe.isVaried && world.once(in: count) }

    /// Somebody looks at a balance.
    private func look() {
        guard let life = house.life else { return }
        for purse in house.auditor.books.purses { house.auditor.shown(life.desk.balance(of: purse), of: purse) }
    }
}

/// `@unchecked Sendable`: a run has one thread.
private final class Act: @unchecked Sendable {
    let then: (LedgerOutcome) -> Void
    var isDone = false

    init(_ then: @escaping (LedgerOutcome) -> Void) { self.then = then }
}
