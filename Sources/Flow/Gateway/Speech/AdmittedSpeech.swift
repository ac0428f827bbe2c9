import Commerce
package import Inference
import Logging
import NIOCore
package import Units

/// A speech whose money is held. It must be opened: only then does its hold end.
package struct AdmittedSpeech: Sendable {
    let speech: Speech
    let prompt: SpeechPrompt
    let routes: [SpeechRoute]
    let request: RequestID
    let purse: Purse
    let hold: HoldID
    /// What it costs, if it is delivered.
    package let cost: Money
    let ticket: LimitDesk.Ticket?

    /// The second door: asks the engines in turn until one has the first audio ready, all under the same hold. To be called once.
    /// - Throws: the last engine's failure; nothing was delivered, and the hold is released by then.
    package func open() async throws(EngineFailure) -> OpenSpeech {
        var place = 0
        while true {
            let route = routes[place]
            let asked = asked(route, number: place + 1)
            let began = NIODeadline.now()
            Failpoint.reach(.engineAsking)
            do throws(EngineFailure) {
                let audio = try await EncodedSpeech.begin(
                    SpeechOrder(prompt: prompt, model: route.model, request: request), with: route.engine, speech.encoders)
                route.remember(nil, asked: began)
                Failpoint.reach(.engineAccepted)
                return OpenSpeech(admitted: self, audio: audio, engine: route.engine.name, asked: asked)
            } catch {
                // Whose caller leaves says nothing of the engine.
                if !Task.isCancelled { route.remember(error, asked: began) }
                log(error, of: route)
                if let asked { speech.ledger.note(asked.failed(error.kind)) }
                let isLast = !error.mayBeRetriedElsewhere || place + 1 == routes.count || Task.isCancelled
                if isLast { throw await release(error) }
            }
            place += 1
            // Money that somebody else has moved meanwhile is not for us to spend.
            if case .stale = await speech.ledger.perform(.dispatch(hold, engine: routes[place].engine.name)) {
                throw await release(EngineFailure(.broken, detail: "the hold was closed"))
            }
        }
    }

    private func asked(_ route: SpeechRoute, number: Int) -> AskedEngine? {
        route.cost.map {
            AskedEngine(hold: hold, number: number, engine: route.engine.name, model: route.model, price: $0)
        }
    }

    private func release(_ failure: EngineFailure) async -> EngineFailure {
        await close(
            .release(
                hold, reason: Task.isCancelled ? "the caller left before anything was delivered" : "no engine delivered anything")
        )
        return failure
    }

    /// Ends the hold, whether or not anybody still waits.
    func close(_ command: LedgerCommand) async {
        let outcome = await speech.ledger.perform(command)
        let charge: Money = if case .closed(let receipt) = outcome { receipt.charge } else { .zero }
        speech.rooms.give(of: purse)
        speech.limits.finish(ticket, RateUse(spend: charge))
    }

    func log(_ failure: EngineFailure, of route: SpeechRoute) { log(failure, engine: route.engine.name) }

    func log(_ failure: EngineFailure, engine: String) {
        if case .refusedPrompt = failure.kind { return }
        speech.logger.warning(
            "engine.failed",
            metadata: [
                "request": "\(request)", "engine": "\(engine)", "model": "\(prompt.model)", "kind": "\(failure.kind)",
                "detail": "\(failure.detail)",
            ])
    }
}
