import NIOCore

/// In which order the routes of a model are asked. Pure: what is known of them comes in, an order comes out.
enum RoutePlan {
    /// What is known of a route when a request comes.
    struct Candidate: Hashable, Sendable {
        var priority: Int
        var weight: Int
        var standing = RouteHealth.Standing.well
        /// Nanoseconds to a stream's first event; nil: unknown.
        var time: Int64?
        /// The same for the same place in every life of the server.
        var mark: UInt64 = 0
    }

    /// Those that are well or due, the lowest priority number first; after them, as a last resort, those that are out. Among equals a
    /// weighted draw without replacement.
    ///
    /// - Parameters:
    ///   - prefix: says which of equals a prompt keeps to; nil: chance does.
    ///   - draw: a number of chance from 0 up to, not including, the one it is given.
    static func order(_ candidates: [Candidate], prefix: UInt64?, draw: (_ below: Int) -> Int) -> [Int] {
        func rank(_ place: Int) -> (Int, Int) {
            (candidates[place].standing == .out ? 1 : 0, candidates[place].priority)
        }
        var groups: [(rank: (Int, Int), places: [Int])] = []
        for place in candidates.indices.sorted(by: { rank($0) < rank($1) }) {
            if let last = groups.last, last.rank == rank(place) {
                groups[groups.count - 1].places.append(place)
            } else {
                groups.append((rank(place), [place]))
            }
        }
        return groups.flatMap { group in
            prefix.map { faithful(group.places, candidates, $0) } ?? drawn(group.places, candidates, draw)
        }
    }

    private static func drawn(_ places: [Int], _ candidates: [Candidate], _ draw: (Int) -> Int) -> [Int] {
        guard places.count > 1 else { return places }
        var rest = places
        var order: [Int] = []
        while !rest.isEmpty {
            var ticket = draw(rest.reduce(0) { $0 + candidates[$1].weight })
            let drawn = rest.firstIndex { place in
                ticket -= candidates[place].weight
                return ticket < 0
            }
            order.append(rest.remove(at: drawn ?? 0))
        }
        return order
    }

    /// Weighted rendezvous hashing: each keeps its prompts, whoever of the others comes or goes.
    private static func faithful(_ places: [Int], _ candidates: [Candidate], _ prefix: UInt64) -> [Int] {
        places.map { place in
            let chance = PrefixHash.fraction(PrefixHash.mixed(prefix ^ candidates[place].mark))
            return (place, Double(candidates[place].weight) / -chance.naturalLogarithm)
        }.sorted { $0.1 > $1.1 }.map(\.0)
    }

    /// Which of the candidates that are well answer so late that their peers of the same priority should be asked instead.
    static func slow(_ candidates: [Candidate]) -> [Int] {
        candidates.indices.filter { place in
            guard candidates[place].standing == .well, let time = candidates[place].time else { return false }
            let peers = candidates.indices.filter {
                $0 != place && candidates[$0].priority == candidates[place].priority && candidates[$0].standing == .well
            }
            let times = peers.compactMap { candidates[$0].time }.sorted()
            guard !times.isEmpty else { return false }
            let median = times[(times.count - 1) / 2]
            return time >= median * Int64(RouteLimits.slowFactor)
                && time - median >= RouteLimits.slowMargin.nanoseconds
        }
    }
}
