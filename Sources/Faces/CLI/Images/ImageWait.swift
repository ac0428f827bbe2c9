/// The time between a submission and its picture, in which somebody may press Ctrl-C.
struct ImageWait: Sendable {
    let visit: ImageVisit
    let ticket: ImageTicket
    /// Says nothing on the way.
    let isQuiet: Bool
    let terminal: Terminal

    /// A picture and what the server says of it.
    struct Picture: Sendable {
        let report: ImageReport
        let bytes: [UInt8]

        /// What is to be said when it was paid for and cannot be had now.
        func lost(_ failure: Failure) -> Failure {
            Failure(failure.status, "\(failure.message); \(report.whereabouts)")
        }
    }

    private enum Turn: Sendable {
        case arrived(Picture)
        case interrupted
        /// Nobody will press anything.
        case undisturbed
    }

    /// - Throws: ``Failure`` when there is none: it could not be made, or somebody pressed Ctrl-C and the job was called off.
    func picture(_ signals: AsyncStream<Int32>) async throws -> Picture {
        do {
            let arrived = try await first(signals)
            clear()
            if let arrived { return arrived }
        } catch {
            clear()
            throw error
        }
        throw try await callOff()
    }

    /// nil: somebody pressed Ctrl-C first.
    private func first(_ signals: AsyncStream<Int32>) async throws -> Picture? {
        try await withThrowingTaskGroup(of: Turn.self) { group in
            defer { group.cancelAll() }
            group.addTask { .arrived(try await painted()) }
            group.addTask {
                for await _ in signals { return .interrupted }
                return .undisturbed
            }
            while let turn = try await group.next() {
                switch turn {
                case .arrived(let picture): return picture
                case .interrupted: return nil
                case .undisturbed: continue
                }
            }
            return nil
        }
    }

    private func painted() async throws -> Picture {
        var progress = ImageProgress(isWatched: terminal.isWatched)
        let report = try await visit.follow(ticket) { report in
            if !isQuiet, let text = progress.text(for: report) { terminal.writeNote(text) }
        }
        guard report.status == .success, let url = report.imageUrl else { throw report.failure }
        do {
            return Picture(report: report, bytes: try await visit.fetch(url))
        } catch let failure as Failure {
            throw Picture(report: report, bytes: []).lost(failure)
        }
    }

    private func clear() {
        if !isQuiet, terminal.isWatched { terminal.writeNote(ImageProgress.clearing) }
    }

    private func callOff() async throws -> Failure {
        let report: ImageReport
        do {
            report = try await visit.cancel(ticket)
        } catch let failure as Failure {
            return Failure(
                .interrupted, "interrupted, but job \(ticket.job) could not be cancelled and goes on: \(failure.message)")
        }
        switch report.status {
        case .success: return Failure(.interrupted, "interrupted, but job \(ticket.job) was over: \(report.whereabouts)")
        case .error where report.code == "job_cancelled":
            return Failure(.interrupted, "interrupted: job \(ticket.job) was cancelled at the server; nothing was charged")
        case .error: return Failure(.interrupted, "interrupted: \(report.failure.message)")
        case .pending, .processing:
            return Failure(.interrupted, "interrupted, but job \(ticket.job) goes on: the server did not cancel it")
        }
    }
}

extension ImageReport {
    /// Of a finished job.
    var whereabouts: String {
        "the picture is made and paid for, and lies at \(imageUrl ?? "no address")" + (expiresAt.map { " until \($0)" } ?? "")
    }
}
