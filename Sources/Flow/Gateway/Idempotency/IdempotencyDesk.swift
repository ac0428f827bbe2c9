package import Commerce
import Dispatch
package import NIOCore
import Synchronization
package import Units

/// Paid requests by the names their callers gave them (`Idempotency-Key`). One name of one book is asked once, and charged at most once:
/// whoever comes while it is under way is told to come back, whoever comes later hears what was answered.
package final class IdempotencyDesk: Sendable {
    package enum Entrance: Sendable {
        /// The name is the caller's to use. It must be left, or kept to.
        case first(IdempotencyClaim)
        case answered(KeptAnswer)
    }

    private let store: any LedgerStore
    private let ledger: any LedgerDesk
    private let clock: any Clock
    private let seal: AnswerSeal
    private let door = SubmissionDoor()
    /// To look into the store is no work for a loop.
    private let queue = DispatchQueue(label: "names", attributes: .concurrent)
    /// Answers on their way into the store: whoever asks meanwhile hears them from here.
    private let keeping = Mutex<[Submission.Owned: (Submission, KeptAnswer)]>([:])

    /// - Parameter pepper: as for ``KeyMint``.
    package init(store: any LedgerStore, ledger: any LedgerDesk, clock: any Clock, pepper: [UInt8]) {
        self.store = store
        self.ledger = ledger
        self.clock = clock
        seal = AnswerSeal(pepper: pepper)
    }

    /// - Throws: ``Refusal/submissionInFlight``, ``Refusal/submissionNameTaken``, ``Refusal/alreadyCompleted(charge:)``, ``Refusal/busy`` when
    ///   the store cannot be read.
    package func enter(_ submission: Submission, for caller: Caller) async throws(Refusal) -> Entrance {
        let result = await withCheckedContinuation { continuation in
            enter(submission, for: caller) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same for whoever waits on a loop, where `then` hears.
    package func enter(
        _ submission: Submission, for caller: Caller, on loop: any EventLoop,
        then: @escaping @Sendable (Result<Entrance, Refusal>) -> Void
    ) {
        enter(submission, for: caller) { result in loop.execute { then(result) } }
    }

    private func enter(
        _ submission: Submission, for caller: Caller, then: @escaping @Sendable (Result<Entrance, Refusal>) -> Void
    ) {
        let purse = caller.purse
        guard door.enter(submission, of: purse) else { return then(.failure(.submissionInFlight)) }
        queue.async { [self] in
            do throws(Refusal) {
                guard let known = try answer(to: submission, of: purse) else {
                    return then(.success(.first(IdempotencyClaim(desk: self, submission: submission, purse: purse))))
                }
                leave(submission, of: purse)
                then(.success(.answered(known)))
            } catch {
                leave(submission, of: purse)
                then(.failure(error))
            }
        }
    }

    /// Reads the disk.
    /// - Returns: nil when the name is free.
    private func answer(to submission: Submission, of purse: Purse) throws(Refusal) -> KeptAnswer? {
        if let (known, answer) = keeping.withLock({ $0[submission.owned(by: purse)] }) {
            guard known == submission else { throw .submissionNameTaken }
            return answer
        }
        let found: NamedRequestRecord?
        do {
            found = try store.namedRequest(submission.key, of: purse, since: Submission.forgotten(at: clock.now()))
        } catch { throw .busy }
        // What was given back was not carried out: the name may be used again.
        guard let found, found.state != .released else { return nil }
        guard found.request.submission == submission else { throw .submissionNameTaken }
        guard let charge = found.charge else { throw .submissionInFlight }
        let hold = found.request.hold
        guard let answer = found.answer.flatMap({ seal.open($0, of: hold, charge: charge) }) else {
            throw .alreadyCompleted(charge: charge)
        }
        return answer
    }

    fileprivate func leave(_ submission: Submission, of purse: Purse) { door.leave(submission, of: purse) }

    fileprivate func keep(
        _ recording: AnswerRecording?, of hold: HoldID, charge: Money, as submission: Submission, of purse: Purse
    ) {
        let name = submission.owned(by: purse)
        defer { leave(submission, of: purse) }
        guard let answer = recording?.answer(charge: charge), let sealed = seal.seal(answer, of: hold) else { return }
        keeping.withLock { $0[name] = (submission, answer) }
        ledger.submit(.keepAnswer(hold, sealed)) { [self] _ in keeping.withLock { $0[name] = nil } }
    }
}

/// A name that one request under way has. To be ended once.
package struct IdempotencyClaim: Sendable {
    fileprivate let desk: IdempotencyDesk
    package let submission: Submission
    fileprivate let purse: Purse

    /// The request is over, and nothing of it is kept.
    package func leave() { desk.leave(submission, of: purse) }

    /// The request is over, and this was answered.
    /// - Parameter charge: what was paid for it, which is durable by now.
    package func keep(_ recording: AnswerRecording?, of hold: HoldID, charge: Money) {
        desk.keep(recording, of: hold, charge: charge, as: submission, of: purse)
    }
}
