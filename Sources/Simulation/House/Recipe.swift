import Commerce
import Units

/// What kind of run a seed is: how many callers with how much money, how bad a disk, how ill-tempered the engines, and when
/// the process is killed.
struct Recipe {
    struct Disk {
        let fastest: Int64
        let slowest: Int64

        /// Once in a while a disk stops to think.
        func commitTime(_ world: World) -> Int64 {
            world.once(in: 50) ? slowest * 20 : world.time(fastest, slowest)
        }
    }

    /// What an engine does, each so many times in a hundred.
    struct Temper {
        let refuses: Int
        let isSilent: Int
        let breaks: Int
        let stalls: Int
        let reportsNothing: Int
        let reportsAbsurdly: Int
        let ignoresCap: Int

        static let good = Temper(
            refuses: 1, isSilent: 0, breaks: 1, stalls: 0, reportsNothing: 0, reportsAbsurdly: 0, ignoresCap: 0)
        static let moody = Temper(
            refuses: 20, isSilent: 5, breaks: 15, stalls: 5, reportsNothing: 15, reportsAbsurdly: 5, ignoresCap: 5)
        static let vicious = Temper(
            refuses: 35, isSilent: 10, breaks: 25, stalls: 15, reportsNothing: 40, reportsAbsurdly: 30, ignoresCap: 30)
    }

    var loops: Int
    var accounts: Int
    var callers: Int
    var requestsPerCaller: Int
    var disk: Disk
    /// A commit fails once in so many; then the process ends.
    var commitFailsOnceIn: Int
    var inboxCommandsMax: Int
    var tempers: [Temper]
    /// In a hundred.
    var callersWhoLeave: Int
    var callersWhoReadSlowly: Int
    /// Jobs after which the process is killed.
    var crashes: [Int]
    /// Jobs after which it is asked to stop.
    var stops: [Int]
    /// Every start finds its prices multiplied by one of these.
    var priceFactors: [Int64]
    /// What each account is given in all, in nanodollars.
    var grantsToChoose: [Int64]
    var grants: Int
    var clockJumps: Bool
    var outputCaps: [Int?]
    /// Output tokens of an answer, at most.
    var answerTokens: [Int]
    /// Bytes of a piece of an answer, at most; longer answers come in larger pieces, so that there are no more than so many.
    var pieceBytes: [Int]
    var piecesMax: Int
    /// Callers ask in every way there is, with keys that end, and engines bill what they do not show.
    var isVaried: Bool
    /// Requests that an engine takes at once; nil: as many as come.
    var places: Int?

    init(_ world: World) {
        let micros: Int64 = 1000
        let millis: Int64 = 1_000_000
        loops = world.number(1...3)
        accounts = world.number(1...3)
        callers = world.number(2...10)
        requestsPerCaller = world.number(2...14)
        disk = world.pick([
            Disk(fastest: 100 * micros, slowest: 300 * micros), Disk(fastest: 2 * millis, slowest: 8 * millis),
            Disk(fastest: 20 * millis, slowest: 400 * millis),
        ])
        commitFailsOnceIn = world.once(in: 4) ? 60 : 100_000
        inboxCommandsMax = world.once(in: 6) ? 3 : 10_000
        tempers = (0..<world.number(1...4)).map { _ in world.pick([.good, .good, .moody, .moody, .vicious]) }
        callersWhoLeave = world.pick([0, 10, 50])
        callersWhoReadSlowly = world.pick([0, 20, 60])
        crashes = (0..<world.pick([0, 1, 2, 3, 6])).map { _ in world.number(1...2500) }.sorted()
        stops = world.once(in: 4) ? [world.number(100...2000)] : []
        priceFactors = world.once(in: 2) ? [1] : [1, 3, 100]
        grantsToChoose =
            world.once(in: 3) ? [5_000, 40_000, 200_000, 3_000_000, 20_000_000] : [20_000_000, 500_000_000, 50_000_000_000]
        grants = world.number(1...5)
        clockJumps = world.once(in: 3)
        outputCaps = [nil, 1, 8, 16, 60, 200, 1000, 8000]
        pieceBytes = [8, 40, 300]
        piecesMax = 60
        isVaried = true
        answerTokens = world.pick([[5, 40, 400], [5, 40, 400], [40, 400, 6000]])
        places = world.once(in: 2) ? world.number(1...3) : nil
    }

    /// So many long streams at once on one balance, with engines that do as they are told.
    static func streams(_ count: Int, balance: Int64, _ world: World) -> Recipe {
        var recipe = Recipe(world)
        (recipe.accounts, recipe.callers, recipe.requestsPerCaller) = (1, count, 1)
        recipe.commitFailsOnceIn = .max
        recipe.inboxCommandsMax = 10_000
        recipe.tempers = [
            Temper(refuses: 0, isSilent: 0, breaks: 0, stalls: 0, reportsNothing: 0, reportsAbsurdly: 0, ignoresCap: 0)
        ]
        (recipe.callersWhoLeave, recipe.crashes, recipe.stops, recipe.priceFactors) = (0, [], [], [1])
        (recipe.grants, recipe.grantsToChoose, recipe.clockJumps) = (1, [balance], false)
        (recipe.outputCaps, recipe.answerTokens) = ([16_000], [3000])
        (recipe.pieceBytes, recipe.piecesMax, recipe.isVaried) = ([40], .max, false)
        recipe.places = nil
        return recipe
    }
}
