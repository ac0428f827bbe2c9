import Inference
import Synchronization
import Testing

@testable import Engines

@Suite struct SandboxImageEngineTests {
    private let bench = SandboxImageBench()

    @Test(arguments: 1...8) func `progress grows with every step, to the whole`(steps: Int) async {
        let session = await bench.changed { $0.prompt.steps = steps }.paint()
        #expect(session.progress == (1...steps).map { Double($0) / Double(steps) })
        #expect(session.picture != nil)
    }

    @Test func `a step takes the time of its pace`() async {
        #expect(await bench.paint().waits == [])
        let natural = await bench.changed { $0.pace = .natural }.paint()
        #expect(natural.waits == [40_000_000, 40_000_000, 40_000_000, 40_000_000])
    }

    @Test func `the seed that was used is told`() async {
        let session = await bench.changed { $0.seed = 4_294_967_295 }.paint()
        #expect(session.painted?.seed == 4_294_967_295)
        #expect(session.painted?.substitute == nil)
    }

    // MARK: Giving up

    @Test(.timeLimit(.minutes(1))) func `a cancelled job ends at once, however long its steps`() async {
        let order = bench.saying("[sandbox: delay=600s]").order
        let (waiting, began) = AsyncStream<Void>.makeStream()
        let engine = SandboxImageEngine(name: "sandbox", pace: .natural) { nanoseconds in
            began.yield()
            try await Task.sleep(nanoseconds: UInt64(nanoseconds))
        }
        let job = Task { () -> ImageFailure? in
            do throws(ImageFailure) {
                _ = try await engine.paint(order) { _ in }
                return nil
            } catch { return error }
        }
        for await _ in waiting { break }
        job.cancel()
        #expect(await job.value?.kind == .cancelled)
    }

    @Test func `a job cancelled between two steps goes no further, even without a pace`() async {
        let engine = SandboxImageEngine(name: "sandbox", pace: .immediate)
        let order = bench.order
        let heard = Mutex(0)
        let failure = await Task { () -> ImageFailure? in
            do throws(ImageFailure) {
                _ = try await engine.paint(order) { _ in
                    heard.withLock { $0 += 1 }
                    withUnsafeCurrentTask { $0?.cancel() }
                }
                return nil
            } catch { return error }
        }.value
        #expect(failure?.kind == .cancelled)
        #expect(heard.withLock { $0 } == 1)
    }

    // MARK: Magic words

    static let failures: [(String, ImageFailure.Kind, Int)] = [
        // The word, what it becomes, and the steps of four that are heard of before.
        ("refused", .refused, 0), ("busy", .busy, 0), ("lost", .lost, 2), ("timeout", .timedOut, 2), ("broken", .broken, 2),
        ("wrong_result", .wrongResult, 2),
    ]

    @Test(arguments: failures)
    func `a failure that is asked for comes, at every attempt`(word: String, kind: ImageFailure.Kind, steps: Int) async {
        for attempt in 1...3 {
            let session = await bench.saying("a fox [sandbox: fail=\(word)]").changed { $0.tag = "mt-7-\(attempt)" }.paint()
            #expect(session.failure?.kind == kind && session.picture == nil)
            #expect(session.progress.count == steps)
        }
    }

    @Test(arguments: [(1, "broken"), (2, "broken"), (3, nil), (4, nil)])
    func `the first attempts fail as often as is asked`(attempt: Int, kind: String?) async {
        let session = await bench.saying("[sandbox: fail_times=2] a fox").changed { $0.tag = "mt-123-\(attempt)" }.paint()
        #expect(session.failure?.kind.rawValue == kind)
        #expect((session.picture == nil) == (kind != nil))
    }

    @Test func `they fail in the way that is asked`() async {
        let words = bench.saying("[sandbox: fail=busy; fail_times=1; retry-after=1500ms]")
        let session = await words.paint()
        #expect(session.failure?.kind == .busy && session.failure?.retryAfterMilliseconds == 1500)
        #expect(await words.changed { $0.tag = "mt-7-2" }.picture() != nil)
    }

    @Test(arguments: [("delay=2s", 2_000_000_000), ("delay=3ms", 3_000_000), ("DELAY = 5", 5_000_000)] as [(String, Int64)])
    func `a delay is waited at every step`(word: String, nanoseconds: Int64) async {
        let session = await bench.saying("[sandbox: \(word)]").changed { $0.pace = .natural }.paint()
        #expect(session.waits == [nanoseconds, nanoseconds, nanoseconds, nanoseconds])
    }

    @Test func `no delay is none, whatever the pace`() async {
        #expect(await bench.saying("[sandbox: delay=0]").changed { $0.pace = .natural }.paint().waits == [])
    }

    @Test(arguments: Scheduler.allCases)
    func `a substitute is told, and is seen`(scheduler: Scheduler) async throws {
        let asked = bench.changed { $0.prompt.scheduler = scheduler }
        let session = await asked.saying("a fox on a hill [sandbox: substitute]").paint()
        let used = try #require(session.painted?.substitute.flatMap(Scheduler.init))
        #expect(used != scheduler)
        #expect(await session.picture == asked.changed { $0.prompt.scheduler = used }.picture())
    }

    @Test(arguments: [
        "a fox on a hill [sandbox: delay=1ms]", "[SANDBOX: fail_times=0 ; substitute; ]a fox on a hill", "a fox on a hill",
    ])
    func `magic words are no part of what is painted`(words: String) throws {
        #expect(try SandboxImageDirectives.read(words).text == "a fox on a hill")
    }

    @Test(arguments: [
        "[sandbox: dance]", "[sandbox: fail]", "[sandbox: fail=never]", "[sandbox: fail_times=-1]", "[sandbox: fail_times=1001]",
        "[sandbox: fail_times=two]", "[sandbox: delay=601s]", "[sandbox: delay]", "[sandbox: substitute=Euler]",
        "[sandbox: fail=busy",
        "[sandbox: status=429]",
    ])
    func `one that cannot be followed is refused, with those that are known`(words: String) async {
        let session = await bench.saying("a fox \(words)").paint()
        #expect(session.failure?.kind == .refused && session.progress.isEmpty)
        #expect(session.failure?.detail.hasPrefix("sandbox: ") == true)
    }

    @Test func `every directive that is named as known is known`() throws {
        for known in SandboxImageDirectives.known {
            #expect(try SandboxImageDirectives.read("[sandbox: \(known)]").directives != SandboxImageDirectives(), "\(known)")
        }
        #expect(throws: SandboxObjection.self) { try SandboxImageDirectives.read("[sandbox: dance]") }
    }

    @Test(arguments: ["[sandbox]", "[sand: x]", "sandbox: fail=busy"])
    func `what only looks like a directive is painted`(words: String) async {
        #expect(await bench.saying(words).picture() != nil)
    }

    @Test(arguments: [(255, 256, 4), (256, 1345, 4), (1_000_000, 1_000_000, 4), (256, 256, 0), (256, 256, 9)])
    func `what is out of range is refused`(width: Int, height: Int, steps: Int) async {
        let session = await bench.changed {
            $0.prompt = ImagePrompt(model: "m", prompt: "", steps: steps, width: width, height: height)
        }
        .paint()
        #expect(session.failure?.kind == .refused)
    }

    @Test func `a check finds it usable`() async {
        let engine = SandboxImageEngine(name: "sandbox", concurrency: 3)
        #expect(await engine.check().usable)
        #expect(engine.name == "sandbox" && engine.concurrency == 3)
    }
}
