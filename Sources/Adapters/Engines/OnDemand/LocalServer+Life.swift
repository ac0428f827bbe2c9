import Inference
import Logging
import NIOCore
import Synchronization

extension LocalServer {
    /// One life of the process, from its start to its end.
    func live() async {
        state.withLock {
            $0.phase = .starting
            $0.lastWords = ""
        }
        let deadline = NIODeadline.now() + options.start
        // One that an earlier server left may need a moment to be gone.
        while await answers() {
            guard NIODeadline.now() < deadline, !Task.isCancelled else {
                return failed("something else answers at \(options.address.authority)")
            }
            try? await Task.sleep(for: .milliseconds(LocalServerLimits.lookMilliseconds))
        }
        logger.info("engine.starting", metadata: about(["command": "\(options.command[0])"]))
        let process: KeptProcess
        do throws(Spawn.Failure) {
            process = try KeptProcess(
                keeper: options.keeper, grace: options.stop.nanoseconds / 1_000_000, command: options.command,
                environment: Spawn.inherited(LocalServer.inheritedVariables) + options.environment)
        } catch { return failed(error.description) }
        let output = OutputLog(options.name, logger)
        let how = await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.tend(process, until: deadline) }
                let how = await process.ended { output.write($0) }
                group.cancelAll()
                return how
            }
        } onCancel: {
            process.stop()
        }
        ended(how, lastLine: output.last)
    }

    /// What a program needs to be found, to find its files and its device: nothing that is a secret of the server's.
    private static let inheritedVariables = [
        "PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES",
        "GGML_VK_VISIBLE_DEVICES", "HF_HOME", "XDG_CACHE_HOME",
    ]

    /// Looks after the process until it is to end, or has.
    private func tend(_ process: KeptProcess, until deadline: NIODeadline) async {
        let began = NIODeadline.now()
        while !(await answers()) {
            if Task.isCancelled { return }
            guard NIODeadline.now() < deadline else {
                state.withLock { $0.lastWords = "it did not answer in \(options.start.nanoseconds / 1_000_000_000) s" }
                return process.stop()
            }
            try? await Task.sleep(for: .milliseconds(LocalServerLimits.lookMilliseconds))
        }
        if Task.isCancelled { return }
        logger.info(
            "engine.ready", metadata: about(["milliseconds": "\((NIODeadline.now() - began).nanoseconds / 1_000_000)"]))
        ready()
        while !Task.isCancelled, let left = idleTimeLeft() { try? await Task.sleep(for: .nanoseconds(left)) }
        guard !Task.isCancelled else { return }
        logger.info("engine.idle", metadata: about([:]))
        process.stop()
    }

    private func ready() {
        let waiting = state.withLock { state in
            state.phase = .ready
            state.failedStarts = 0
            state.users += state.waiting.count
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for then in waiting { then(nil) }
    }

    /// - Returns: nil when it has been idle for long enough: from then on nobody is let in.
    private func idleTimeLeft() -> Int64? {
        state.withLock { state in
            let now = NIODeadline.now()
            guard state.users == 0 else { return min(options.idle, .seconds(1)).nanoseconds }
            let left = (state.idleSince + options.idle - now).nanoseconds
            if left > 0 { return left }
            state.phase = .ending
            return nil
        }
    }

    private func ended(_ how: String, lastLine: String) {
        let phase = state.withLock { $0.phase }
        switch phase {
        case .starting where !Task.isCancelled:
            let words = state.withLock { $0.lastWords }
            failed([words.isEmpty ? how : words, lastLine].filter { !$0.isEmpty }.joined(separator: "; its last words: "))
        case .ready where !Task.isCancelled:
            // Who uses it hears of it from the connection.
            logger.error("engine.died", metadata: about(["how": "\(how)", "line": "\(lastLine)"]))
            state.withLock { $0.phase = $0.waiting.isEmpty ? .stopped : .starting }
        default:
            logger.info("engine.stopped", metadata: about(["how": "\(how)"]))
            state.withLock { $0.phase = $0.waiting.isEmpty ? .stopped : .starting }
        }
    }

    /// It did not start: nobody waits for it any longer, and it is left alone for a while.
    private func failed(_ words: String) {
        logger.error("engine.not_started", metadata: about(["why": "\(words)"]))
        let waiting = state.withLock { state in
            state.phase = .stopped
            state.lastWords = words
            let rest = LocalServerLimits.restMilliseconds << min(state.failedStarts, 10)
            state.restUntil = .now() + .milliseconds(min(rest, LocalServerLimits.restMillisecondsMax))
            state.failedStarts += 1
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for then in waiting { then(EngineFailure(.unreachable, detail: "\(name) did not start: \(words)")) }
    }

    private func answers() async -> Bool {
        do throws(ImageFailure) {
            let answer = try await client.ask(
                "GET", options.healthPath, deadline: .milliseconds(LocalServerLimits.lookTimeMilliseconds))
            return answer.status < 500
        } catch { return false }
    }

    private func about(_ more: Logger.Metadata) -> Logger.Metadata { more.merging(["engine": "\(name)"]) { old, _ in old } }

    /// What an operator is told of an engine whose server this is: nothing is started for it.
    func check(of engine: any Engine) async -> EngineReport {
        if isReady { return await engine.check() }
        let program = options.command[0]
        guard Programs.isFound(program) else {
            return EngineReport(usable: false, summary: "\(program) is not installed, or not where the configuration says")
        }
        return EngineReport(usable: true, summary: "\(program) is started when it is needed; it does not run now")
    }

    var isReady: Bool { state.withLock { $0.phase == .ready } }
}
