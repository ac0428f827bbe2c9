import Commerce
import Inference
import Logging
import Units

extension ImageJobs {
    /// Sets the engines to work and returns when `stop` is told: by then nobody works any more.
    package func run() async {
        await withTaskGroup(of: Void.self) { sweep in
            sweep.addTask { await self.sweepUntilCancelled() }
            sweep.addTask { await self.callbacks?.run() }
            await withTaskGroup(of: Void.self) { hands in
                for engine in routes.engines {
                    for _ in 0..<max(1, engine.concurrency) { hands.addTask { await self.work(engine) } }
                }
            }
            // What ends from here on is told at the next start.
            await callbacks?.stop()
            sweep.cancelAll()
        }
    }

    /// Whoever looks at jobs is let go: to be called when the server begins to go down.
    package func dismissLookers() async { await board.dismissLookers() }

    /// No job is begun any more; those under way are put down and go on at the next start.
    package func stop() async { await board.close() }

    /// Takes up what an earlier life left. To be called once, before anybody can ask after a job.
    /// - Throws: when the store cannot say what there is: nobody is to serve who does not know whose money is held.
    package func takeUp() async throws {
        for stored in try store.unfinishedJobs() {
            do throws(UnreadableJob) {
                var job = try Job(stored)
                await board.takeRoom(forStored: job.record.purse)
                let action = job.machine.on(job.record.isAwaited ? .cancelled : .orphaned, at: clock.now())
                await board.add(job)
                if case .release(let message) = action { await release(job, message) }
            } catch { await payBack(stored) }
        }
    }

    /// Ends a job that nobody can read: it stays in the store as it is, and its money goes back.
    private func payBack(_ stored: StoredJob) async {
        let job = stored.job
        logger.error("image.unreadable", metadata: ["job": "\(job.id)"])
        let over = SealedJob(id: job.id, purse: job.purse, submitted: job.submitted, isOver: true, contents: job.contents)
        _ = await ledger.perform(.closeJob(stored.hold, units: nil, note: "what was known of the job cannot be read", over))
    }

    private func sweepUntilCancelled() async {
        var rounds = 0
        while (try? await Task.sleep(for: .milliseconds(ImageLimits.sweepMilliseconds))) != nil {
            rounds += 1
            if rounds % ImageLimits.reminderRounds == 0 { await board.remindWatchers() }
            if rounds % ImageLimits.blobSweepRounds == 1 { await sweepBlobs() }
            for waiting in await board.waitedTooLong(at: clock.now()) { await expire(waiting) }
        }
    }

    private func expire(_ waiting: WaitingJob) async {
        do {
            guard var job = try await job(at: .waiting(waiting)) else { return }
            if case .release(let message) = job.machine.on(.expired, at: clock.now()) { await release(job, message) }
        } catch {
            // The first engine that takes it will find the same.
            logger.error("image.unreadable", metadata: ["job": "\(waiting.id)", "error": "\(error)"])
        }
    }

    private func sweepBlobs() async {
        let oldest = Instant(microseconds: clock.now().microseconds - blobs.keepsSeconds * 1_000_000)
        do throws(BlobFault) {
            let removed = try await blobs.sweep(before: oldest)
            if removed > 0 { logger.info("images.swept", metadata: ["pictures": "\(removed)"]) }
        } catch { logger.error("images.sweep_failed", metadata: ["error": "\(error)"]) }
    }

    // MARK: One engine's hand

    private func work(_ engine: any ImageEngine) async {
        let lines = linesServed(by: engine)
        var last: JobBoard.Line?
        var streak = 0
        var rest = restMilliseconds
        while let waiting = await board.next(
            for: engine.name, serving: lines, preferring: streak < ImageLimits.streakMax ? last : nil)
        {
            let line = waiting.line
            streak = line == last ? streak + 1 : 1
            last = line
            if let pause = await carryOut(waiting, on: engine, rest: rest) {
                try? await Task.sleep(for: .milliseconds(pause))
                rest = min(rest * 2, ImageLimits.restMillisecondsMax)
            } else {
                rest = restMilliseconds
            }
        }
    }

    private func linesServed(by engine: any ImageEngine) -> [JobBoard.Line] {
        models.flatMap { model in
            [Book.live, .test].filter { book in
                routes.routes(to: model.id, for: book).contains { $0.engine.name == engine.name }
            }.map { JobBoard.Line(model: model.id, book: $0) }
        }
    }

    /// One attempt at one job.
    /// - Parameter rest: how long the engine is left alone if it is to blame.
    /// - Returns: how long to leave the engine alone, in milliseconds; nil when it did well.
    private func carryOut(_ waiting: WaitingJob, on engine: any ImageEngine, rest: Int64) async -> Int64? {
        var job: Job
        do {
            guard let whole = try await self.job(at: .waiting(waiting)) else { return nil }
            job = whole
        } catch {
            logger.error("image.unreadable", metadata: ["job": "\(waiting.id)", "error": "\(error)"])
            await board.putBack(waiting.id)
            return ImageLimits.restMilliseconds
        }
        switch job.machine.on(.claimed(engine: engine.name), at: clock.now()) {
        case .paint(let attempt):
            guard case .noted = await ledger.perform(.noteJob(job.hold, job.sealed)) else { return nil }
            await board.put(job)
            Failpoint.reach(.imageClaimed)
            do throws(ImageFailure) {
                let result = try await paint(job, attempt: attempt, on: engine)
                noteCost(of: job, attempt, at: engine, nil)
                await deliver(job, attempt: attempt, result)
                return nil
            } catch {
                noteCost(of: job, attempt, at: engine, error)
                return await fail(job, attempt: attempt, error, at: engine, rest: rest)
            }
        case .release(let message): await release(job, message)
        default: break
        }
        return nil
    }

    private func noteCost(of job: Job, _ attempt: Int, at engine: any ImageEngine, _ failure: ImageFailure?) {
        guard let route = route(of: job, at: engine), let cost = route.cost else { return }
        let asked = AskedEngine(hold: job.hold, number: attempt, engine: engine.name, model: route.model, price: cost)
        let attempt =
            switch failure?.kind {
            case nil: asked.answered(reported: nil, billed: Usage(promptTokens: 0, completionTokens: 1), isWhole: true)
            case .refused, .busy: asked.refused()
            case .lost, .timedOut, .broken, .wrongResult, .cancelled: asked.gaveNothing()
            }
        ledger.note(attempt)
    }

    private func route(of job: Job, at engine: any ImageEngine) -> ImageRoute? {
        routes.routes(to: job.line.model, for: job.line.book).first { $0.engine.name == engine.name }
    }

    private func deliver(_ job: Job, attempt: Int, _ result: ImageJob.Result) async {
        var job = job
        guard case .settle = job.machine.on(.painted(attempt: attempt, result), at: clock.now()) else { return }
        Failpoint.reach(.imagePainted)
        if await settle(job) { return }
        // It was cancelled meanwhile, and is paid back: nobody is to have the picture.
        if let name = BlobName(result.blob) { try? await blobs.remove(name) }
    }

    private func fail(_ job: Job, attempt: Int, _ failure: ImageFailure, at engine: any ImageEngine, rest: Int64) async -> Int64?
    {
        var job = job
        guard await board.isOpen else {
            _ = job.machine.on(.putDown, at: clock.now())
            _ = await ledger.perform(.noteJob(job.hold, job.sealed))
            return nil
        }
        // Whoever cancelled has seen to the rest. An engine that gave up by itself has failed like any other.
        if failure.kind == .cancelled, await board.place(of: job.record.id) == nil { return nil }
        logger.warning(
            "image.failed",
            metadata: [
                "job": "\(job.record.id)", "engine": "\(engine.name)", "attempt": "\(attempt)",
                "kind": "\(failure.kind.rawValue)",
                "detail": "\(failure.detail)",
            ])
        if !job.tried.contains(engine.name) { job.tried.append(engine.name) }
        let isAlone = routes.routes(to: job.line.model, for: job.line.book).allSatisfy { $0.engine.name == engine.name }
        // What one engine cannot do at all another may; the same engine never.
        let mayRetry = failure.kind != .refused || !isAlone
        switch job.machine.on(.failed(attempt: attempt, message: failure.publicMessage, mayRetry: mayRetry), at: clock.now()) {
        case .wait:
            guard case .noted = await ledger.perform(.noteJob(job.hold, job.sealed)) else { return nil }
            await board.put(job)
        case .release(let message): await release(job, message)
        default: break
        }
        return failure.kind == .refused || routes.failsOnRequest(engine)
            ? nil : max(rest, Int64(failure.retryAfterMilliseconds ?? 0))
    }

    // MARK: A picture

    private func paint(_ job: Job, attempt: Int, on engine: any ImageEngine) async throws(ImageFailure) -> ImageJob.Result {
        let record = job.record
        guard let route = route(of: job, at: engine) else {
            throw ImageFailure(.refused, detail: "the engine serves this model no more")
        }
        let order = ImageOrder(prompt: record.prompt, model: route.model, seed: record.seed, tag: "mt-\(record.id)-\(attempt)")
        let painted = try await timed(order, record.id, attempt, on: engine)
        let name = BlobName.random(record.prompt.format)
        let file = try develop(painted, as: record.prompt)
        do throws(BlobFault) { try await blobs.put(file, as: name) } catch {
            throw ImageFailure(.broken, detail: "the picture could not be kept: \(error)")
        }
        return ImageJob.Result(
            blob: name.description, seed: painted.seed, engine: engine.name, substitute: painted.substitute)
    }

    /// Asks the engine, and gives it up when the time is over or the job is.
    private func timed(_ order: ImageOrder, _ id: JobID, _ attempt: Int, on engine: any ImageEngine) async throws(ImageFailure)
        -> PaintedImage
    {
        let (steps, teller) = AsyncStream<Double>.makeStream(bufferingPolicy: .bufferingNewest(1))
        // A handle that may be cancelled from outside: by who cancels the job, and by the clock. It is awaited here.
        let painting = Task<Result<PaintedImage, ImageFailure>, Never>(operation: {
            defer { teller.finish() }
            do throws(ImageFailure) { return .success(try await engine.paint(order) { teller.yield($0) }) } catch {
                return .failure(error)
            }
        })
        await board.work(on: id, attempt: attempt) { painting.cancel() }
        let isLate = await withTaskGroup(of: Bool.self) { group in
            group.addTask { [board] in
                for await step in steps { await board.note(progress: step, of: id, attempt: attempt) }
                return false
            }
            group.addTask {
                do { try await Task.sleep(for: .seconds(ImageLimits.paintSeconds)) } catch { return false }
                painting.cancel()
                return true
            }
            // The first to end is the painter's own voice, or the clock.
            let isLate = await group.next() ?? false
            group.cancelAll()
            return isLate
        }
        let result = await painting.value
        if isLate, case .failure = result { throw ImageFailure(.timedOut, detail: "no picture in \(ImageLimits.paintSeconds) s") }
        return try result.get()
    }

    /// The picture exactly as large as it was asked for, without metadata.
    private func develop(_ painted: PaintedImage, as prompt: ImagePrompt) throws(ImageFailure) -> [UInt8] {
        do throws(DarkroomFault) {
            let picture =
                switch painted.content {
                case .picture(let picture): picture
                case .file(let file): try darkroom.decode(file)
                }
            guard let exact = picture.cropped(width: prompt.width, height: prompt.height) else {
                throw DarkroomFault("\(picture.width)x\(picture.height) is smaller than \(prompt.width)x\(prompt.height)")
            }
            return try darkroom.encode(exact, as: prompt.format)
        } catch { throw ImageFailure(.wrongResult, detail: "the picture cannot be used: \(error)") }
    }
}

extension BlobName {
    static func random(_ format: PictureFormat) -> BlobName {
        var generator = SystemRandomNumberGenerator()
        return random(format, using: &generator)
    }
}
