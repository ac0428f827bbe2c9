import Gateway
import NIOCore
import Units

/// What one event loop counted since the start: plain integers, touched on that loop and copied to whoever asks.
struct LoopFigures: Sendable {
    struct OfModel: Sendable {
        var promptTokens = 0
        var cachedTokens = 0
        var completionTokens = 0
        var charged = Money.zero
    }

    /// Statuses that are told apart; whatever lies beyond counts as the last.
    private static let statuses = 600

    private var answers = Array(repeating: 0, count: Route.allCases.count * statuses)
    /// From a chat's head to the end of its answer, in microseconds.
    private(set) var chatTimes = Histogram.times
    /// From a stream's head to the first byte of its answer.
    private(set) var firstByteTimes = Histogram.times
    private(set) var models: [String: OfModel] = [:]
    private(set) var receivedBytes = 0
    private(set) var sentBytes = 0
    private(set) var cut = 0
    var linesDropped = 0
    /// As they are at the moment of asking.
    var connections = 0
    var exchanges = 0
    var bodyBytes = 0

    mutating func note(_ served: Served, at now: NIODeadline) {
        answers[served.route.rawValue * LoopFigures.statuses + min(max(served.status, 0), LoopFigures.statuses - 1)] += 1
        receivedBytes &+= served.receivedBytes
        sentBytes &+= served.sentBytes
        if served.isCut { cut += 1 }
        guard let chat = served.chat else { return }
        chatTimes.note((now - served.began).microseconds)
        if let first = served.firstByteAt { firstByteTimes.note((first - served.began).microseconds) }
        guard let usage = chat.usage else { return }
        models[chat.model, default: OfModel()].note(usage, chat.charge)
    }

    mutating func add(_ other: LoopFigures) {
        for place in answers.indices { answers[place] += other.answers[place] }
        chatTimes.add(other.chatTimes)
        firstByteTimes.add(other.firstByteTimes)
        for (model, figures) in other.models { models[model, default: OfModel()].add(figures) }
        receivedBytes &+= other.receivedBytes
        sentBytes &+= other.sentBytes
        cut += other.cut
        linesDropped += other.linesDropped
        connections += other.connections
        exchanges += other.exchanges
        bodyBytes += other.bodyBytes
    }

    /// How often which address was answered how.
    var requests: [(route: Route, status: Int, count: Int)] {
        answers.enumerated().compactMap { place, count in
            guard count > 0, let route = Route(rawValue: place / LoopFigures.statuses) else { return nil }
            return (route, place % LoopFigures.statuses, count)
        }
    }
}

extension LoopFigures.OfModel {
    mutating func note(_ usage: Usage, _ charge: Money) {
        promptTokens &+= usage.promptTokens
        cachedTokens &+= usage.cachedTokens
        completionTokens &+= usage.completionTokens
        charged = charged.adding(charge) ?? charged
    }

    mutating func add(_ other: Self) {
        promptTokens &+= other.promptTokens
        cachedTokens &+= other.cachedTokens
        completionTokens &+= other.completionTokens
        charged = charged.adding(other.charged) ?? charged
    }
}

extension TimeAmount {
    var microseconds: Int { Int(nanoseconds / 1000) }
}
