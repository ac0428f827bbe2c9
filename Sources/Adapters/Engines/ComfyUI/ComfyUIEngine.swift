package import Inference
package import NIOCore
import Synchronization

/// A ComfyUI server: takes a graph of nodes, works at one after the other, and is asked again and again what has become of it.
package final class ComfyUIEngine: ImageEngine {
    package let name: String
    package let concurrency: Int
    let options: Options
    let server: ComfyUIServer
    /// As they were last listed; nil: not yet, or something failed since.
    private let names = Mutex<ComfyUINames?>(nil)
    private let pace = Mutex(ComfyUIPace())

    /// - Parameter group: where its connections live.
    /// - Throws: what is wrong with `trustedRoots`.
    package init(_ options: Options, group: any EventLoopGroup) throws {
        self.options = options
        name = options.name
        let range = ComfyUILimits.concurrencyRange
        concurrency = min(max(options.concurrency, range.lowerBound), range.upperBound)
        let client = try EngineClient(
            options.address, credentials: options.credentials, trustedRoots: options.trustedRoots, group: group)
        server = ComfyUIServer(client: client)
    }

    package func paint(
        _ order: ImageOrder, progress: @escaping @Sendable (Double) -> Void
    ) async throws(ImageFailure) -> PaintedImage {
        let graph = ComfyUIGraph(order, id: ComfyUIEngine.randomID())
        do throws(ImageFailure) {
            try await requireNames(of: graph)
            let id = try await submit(graph)
            do throws(ImageFailure) {
                let file = try await file(of: id, graph, progress)
                let bytes = try await server.view(file)
                await withoutCancellation { await self.forget(id) }
                return PaintedImage(.file(bytes), seed: order.seed, substitute: graph.substitute)
            } catch {
                await withoutCancellation { await self.giveUp(graph, id) }
                throw error
            }
        } catch {
            names.withLock { $0 = nil }
            throw error
        }
    }

    // MARK: Before

    /// A name that is not listed may have been put there since: it is looked for once more.
    private func requireNames(of graph: ComfyUIGraph) async throws(ImageFailure) {
        if let known = names.withLock(\.self) {
            do throws(ImageFailure) { return try known.require(graph) } catch { names.withLock { $0 = nil } }
        }
        let listed = try await server.names()
        names.withLock { $0 = listed }
        try listed.require(graph)
    }

    private func submit(_ graph: ComfyUIGraph) async throws(ImageFailure) -> String {
        do throws(ImageFailure) { return try await server.submit(graph) } catch {
            // Its answer is missing, but the server may have the job.
            if [.lost, .timedOut, .cancelled].contains(error.kind) {
                await withoutCancellation { await self.giveUp(graph, nil) }
            }
            throw error
        }
    }

    // MARK: Meanwhile

    private func file(
        of id: String, _ graph: ComfyUIGraph, _ progress: @Sendable (Double) -> Void
    ) async throws(ImageFailure) -> ComfyUIFile {
        var watch = ComfyUIWatch(
            grace: options.graceTime.duration, patience: options.patienceTime.duration, limit: options.paintTime.duration)
        let submitted = ContinuousClock.now
        while true {
            let step: ComfyUIWatch.Step
            do throws(ImageFailure) {
                let history = try await server.history(of: id)
                let place = history == .unknown ? try await server.queue().place(of: id) : .absent
                step = watch.saw(history, place, at: submitted.duration(to: .now))
            } catch {
                step = watch.heardNothing(error, at: submitted.duration(to: .now))
            }
            let running = watch.runningSince.map { submitted.duration(to: .now) - $0 }
            switch step {
            case .fetch(let file):
                if let running { pace.withLock { $0.note(graph.order.prompt, took: running) } }
                return file
            case .fail(let failure): throw failure
            case .wait:
                if let running { progress(pace.withLock { $0.progress(of: graph.order.prompt, runningFor: running) }) }
                try await pause()
            }
        }
    }

    private func pause() async throws(ImageFailure) {
        do { try await Task.sleep(for: options.pollTime.duration) } catch {
            throw ImageFailure(.cancelled, detail: "the job was given up")
        }
    }

    // MARK: After

    /// Sees to it that the server does not work on a job nobody waits for: takes it out of the queue or stops it, and waits until
    /// that is done, so that the next job does not wait behind it.
    /// - Parameter id: what the server calls it; nil: its answer is missing.
    private func giveUp(_ graph: ComfyUIGraph, _ id: String?) async {
        let end = ContinuousClock.now + options.goodbyeTime.duration
        var goodbye = ComfyUIGoodbye(isNamed: id != nil)
        repeat {
            // A question that came to nothing is asked again while there is time. Why the job ended is thrown by whoever gives it up.
            if (try? await step(&goodbye, graph, id)) == .forget { return }
            try? await Task.sleep(for: options.pollTime.duration)
        } while .now < end
    }

    private func step(
        _ goodbye: inout ComfyUIGoodbye, _ graph: ComfyUIGraph, _ id: String?
    ) async throws(ImageFailure) -> ComfyUIGoodbye.Step {
        let queue = try await server.queue(within: options.goodbyeTime)
        let id = id ?? queue.id(submittedBy: graph.id) ?? graph.id
        let step = goodbye.saw(queue.place(of: id))
        switch step {
        case .dequeue: try await server.dequeue(id)
        case .interrupt: try await server.interrupt(id)
        case .forget: await forget(id)
        case .wait: break
        }
        return step
    }

    private func forget(_ id: String) async {
        do throws(ImageFailure) { try await server.forget(id) } catch {
            // An entry more in its history, which it bounds by itself.
            return
        }
    }

    /// Does it although the task may be cancelled already: what is given up must be told to the server.
    private func withoutCancellation(_ work: @escaping @Sendable () async -> Void) async {
        let task = Task<Void, Never>(operation: work)
        await task.value
    }

    /// A version 4 UUID: newer servers ask for one. Source: RFC 9562 §5.4.
    private static func randomID() -> String {
        var bits = UInt128.random(in: 0 ... .max)
        bits = bits & ~(0xF << 76) | 4 << 76
        bits = bits & ~(0b11 << 62) | 0b10 << 62
        let digits = String(bits, radix: 16)
        let padded = Array(String(repeating: "0", count: 32 - digits.count) + digits)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(padded[$0]) }.joined(separator: "-")
    }
}
