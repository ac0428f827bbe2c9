import NIOCore
import NIOPosix
import Synchronization

/// A caller's connection, to be written and read byte by byte, or dropped at a bad moment.
final class RawLine: Sendable {
    struct TimedOut: Error { let read: String }

    private let channel: any Channel
    private let inbox: Inbox

    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(to port: Int, reads: Bool = true) async throws {
        let inbox = Inbox()
        self.inbox = inbox
        channel = try await ClientBootstrap(group: RawLine.group)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: reads)
            // A small window fills soon when nobody reads.
            .channelOption(.socketOption(.so_rcvbuf), value: reads ? 1 << 18 : 4096)
            .channelInitializer { channel in channel.pipeline.addHandler(Pump(inbox)) }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    /// Sends without minding whether anyone takes it.
    func sendAnyway(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

    /// Says no more, and listens.
    func closeOutput() async throws { try await channel.close(mode: .output) }

    func close() async { try? await channel.close() }

    func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    /// Takes what came, up to and including `mark`.
    func read(until mark: String) async throws -> String {
        try await take { bytes, news, _ in
            bytes[max(0, news - mark.utf8.count)...].firstRange(of: mark.utf8)?.upperBound
        }
    }

    /// Takes all, once it ends with `mark`. Looks at the end alone, for answers of many megabytes.
    func read(toLast mark: String) async throws -> String {
        try await take { bytes, _, _ in bytes.suffix(mark.utf8.count).elementsEqual(mark.utf8) ? bytes.count : nil }
    }

    /// Takes all until the server ends the connection.
    func readToEnd() async throws -> String {
        try await take { bytes, _, isEnded in isEnded ? bytes.count : nil }
    }

    /// Takes the next answer; nil when the connection ended without one.
    func answer(toHead: Bool = false) async throws -> Answer? {
        let text = try await take { bytes, _, isEnded in Answer.bytes(in: bytes, isEnded: isEnded, toHead: toHead) }
        return Answer(text)
    }

    private func take(_ isEnough: @escaping Inbox.Measure) async throws -> String {
        let timeout = channel.eventLoop.scheduleTask(in: .seconds(60)) { [inbox] in inbox.giveUp() }
        defer { timeout.cancel() }
        return try await withCheckedThrowingContinuation { inbox.wait(isEnough, $0) }
    }
}

/// One answer, read from bytes.
struct Answer: Sendable {
    let status: Int
    let headers: [String: String]
    let body: String
    /// The connection ended before the body did.
    let isCut: Bool

    /// How many bytes the first answer takes, once it is whole or nothing more will come.
    static func bytes(in bytes: [UInt8], isEnded: Bool, toHead: Bool) -> Int? {
        if isEnded, bytes.isEmpty { return 0 }
        guard let head = bytes.firstRange(of: "\r\n\r\n".utf8) else { return isEnded ? bytes.count : nil }
        let fields = Answer.fields(of: String(decoding: bytes[..<head.lowerBound], as: UTF8.self))
        if toHead || fields["status"] == "204" || fields["status"] == "100" { return head.upperBound }
        if let length = fields["content-length"].flatMap({ Int($0) }) {
            return bytes.count >= head.upperBound + length ? head.upperBound + length : isEnded ? bytes.count : nil
        }
        if fields["transfer-encoding"] == "chunked" {
            let end = bytes[head.lowerBound...].firstRange(of: "\r\n0\r\n\r\n".utf8)?.upperBound
            return end ?? (isEnded ? bytes.count : nil)
        }
        return isEnded ? bytes.count : nil
    }

    init?(_ text: String) {
        guard let head = text.utf8.firstRange(of: "\r\n\r\n".utf8) else { return nil }
        var fields = Answer.fields(of: String(text[..<head.lowerBound]))
        status = fields.removeValue(forKey: "status").flatMap { Int($0) } ?? 0
        headers = fields
        var rest = text[head.upperBound...]
        guard fields["transfer-encoding"] == "chunked" else {
            body = String(rest)
            isCut = fields["content-length"].flatMap { Int($0) }.map { rest.utf8.count < $0 } ?? false
            return
        }
        var body = ""
        var isWhole = false
        while let line = rest.utf8.firstRange(of: "\r\n".utf8), let size = Int(rest[..<line.lowerBound], radix: 16) {
            guard size > 0 else {
                isWhole = true
                break
            }
            guard rest.utf8.distance(from: line.upperBound, to: rest.utf8.endIndex) >= size + 2 else { break }
            let end = rest.utf8.index(line.upperBound, offsetBy: size)
            body += rest[line.upperBound..<end]
            rest = rest[rest.utf8.index(end, offsetBy: 2)...]
        }
        self.body = body
        isCut = !isWhole
    }

    private static func fields(of head: String) -> [String: String] {
        var lines = head.split(separator: "\r\n")[...]
        let status = lines.popFirst()?.split(separator: " ").dropFirst().first ?? ""
        var fields = ["status": String(status)]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description
        }
        return fields
    }
}

private final class Inbox: Sendable {
    /// How many of the bytes are wanted, nil while there are too few; the second tells from where on they are new.
    typealias Measure = @Sendable (_ bytes: [UInt8], _ news: Int, _ isEnded: Bool) -> Int?

    private struct Waiter: Sendable {
        let isEnough: Measure
        let continuation: CheckedContinuation<String, any Error>
    }

    private struct State: Sendable {
        var bytes: [UInt8] = []
        var isEnded = false
        var waiter: Waiter?
    }

    private let state = Mutex(State())

    func wait(_ isEnough: @escaping Measure, _ continuation: CheckedContinuation<String, any Error>) {
        change(news: 0) { $0.waiter = Waiter(isEnough: isEnough, continuation: continuation) }
    }

    func append(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        change { $0.bytes += bytes }
    }

    func end() { change { $0.isEnded = true } }

    func giveUp() {
        state.withLock { state in
            state.waiter?.continuation.resume(
                throwing: RawLine.TimedOut(read: String(decoding: state.bytes.prefix(2000), as: UTF8.self)))
            state.waiter = nil
        }
    }

    private func change(news: Int? = nil, _ change: @Sendable (inout State) -> Void) {
        state.withLock { state in
            let news = news ?? state.bytes.count
            change(&state)
            guard let waiter = state.waiter, let count = waiter.isEnough(state.bytes, news, state.isEnded) else { return }
            waiter.continuation.resume(returning: String(decoding: state.bytes.prefix(count), as: UTF8.self))
            state.bytes.removeFirst(count)
            state.waiter = nil
        }
    }
}

private final class Pump: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let inbox: Inbox

    init(_ inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.append(unwrapInboundIn(data).readableBytesView) }

    func channelInactive(context: ChannelHandlerContext) { inbox.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
