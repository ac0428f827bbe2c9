import Commerce
import Gateway
import Inference
import NIOCore
import Units

/// One request inside the serving process: the three doors, and what is written to the caller's connection.
///
/// `@unchecked Sendable`: a run has one thread.
final class Exchange: AnswerSink, @unchecked Sendable {
    private let request: Request
    private let life: Life
    private let loop: SimulatedLoop
    private let line: CallerLine
    private var unflushed = 0
    /// Bytes written that the caller has not read.
    private var underway = 0
    private var world: World { life.world }

    /// As a connection's buffer: full above the one, fit again below the other.
    private static let highBytes = 600
    private static let lowBytes = 200

    init(_ request: Request, in life: Life, on loop: SimulatedLoop, _ tray: LedgerTray) {
        self.request = request
        self.life = life
        self.loop = loop
        line = CallerLine(tray, request: request.id)
    }

    func begin() {
        request.connection = self
        life.post(after: 0, on: loop) { [self] in admit() }
    }

    private func admit() {
        life.chat.admit(request.prompt, for: request.caller, on: line) { [self] result in
            switch result {
            case .success(let admitted):
                if !life.isDead { life.house.auditor.admitted(request, admitted.funds) }
                open(admitted)
            case .failure(let refusal):
                if !life.isDead { life.house.auditor.refused(request) }
                tell(.refused(refusal))
                life.ended(self)
            }
        }
    }

    private func open(_ admitted: Admitted) {
        admitted.open { [self] result in
            switch result {
            case .success(let answer):
                answer.forward(to: self) { [self] answer in
                    finish(answer)
                    life.ended(self)
                }
            case .failure:
                if !life.isDead { life.house.auditor.failed(request) }
                tell(.failed)
                life.ended(self)
            }
        }
    }

    private func finish(_ answer: ForwardedAnswer) {
        if !life.isDead { life.house.auditor.settled(request, answer, wasHeard: !line.isGone) }
        // The end of an answer takes along what was not flushed.
        flush()
        switch answer.end {
        case .completed, .cutShort: end(answer.receipt)
        case .failed: if life.house.fault == .errorEndsWell { end(answer.receipt) } else { tell(.broken) }
        case .callerLeft, .serverStopped: tell(.cut)
        }
    }

    private func end(_ receipt: Receipt) {
        guard life.house.fault != .endBeforeSettlement else { return }
        if !life.isDead { life.house.auditor.endWritten(request, charge: receipt.charge) }
        tell(.whole(cost: receipt.charge))
    }

    // MARK: The connection

    func write(_ chunk: ChatChunk) {
        world.check(loop.inEventLoop, "a chunk is written off the caller's loop")
        unflushed += chunk.outputBytes
        request.writtenBytes += chunk.outputBytes
        if !life.isDead { life.house.auditor.written(request) }
        guard chunk.finishes, life.house.fault == .endBeforeSettlement, !life.isDead else { return }
        flush()
        life.house.auditor.endWritten(request, charge: nil)
        tell(.whole(cost: nil))
    }

    func flush() {
        world.check(loop.inEventLoop, "a chunk is flushed off the caller's loop")
        let bytes = unflushed
        unflushed = 0
        guard bytes > 0, !life.isDead else { return }
        underway += bytes
        world.note("sent", request.number, Int64(bytes))
        // What the kernel has taken arrives even when the process dies.
        let request = self.request
        world.after(request.arrival(of: bytes)) { request.saw(bytes) }
        if underway > Exchange.highBytes { line.writabilityChanged(isWritable: false) }
    }

    /// The caller has read so much.
    func drained(_ bytes: Int) {
        guard !life.isDead else { return }
        life.post(after: world.time(0, 100_000), on: loop) { [self] in
            underway -= bytes
            if underway < Exchange.lowBytes { line.writabilityChanged(isWritable: true) }
        }
    }

    private func tell(_ end: Request.End) {
        guard !life.isDead else { return }
        world.note("told", request.number, end.number)
        let request = self.request
        world.after(request.arrival(of: 0)) { request.heard(end) }
    }

    /// The caller's side is gone; the process hears of it a little later.
    func callerHungUp() {
        guard !life.isDead else { return }
        life.post(after: world.time(10_000, 3_000_000), on: loop) { [line] in line.hangUp() }
    }

    func hangUpInLimbo() { life.post(after: 0, on: loop) { [line] in line.hangUp() } }
}
