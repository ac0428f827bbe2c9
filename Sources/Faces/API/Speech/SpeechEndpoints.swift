import Commerce
import Gateway
import Hummingbird
import Inference
import NIOCore
import Units
import Wire

/// Text to speech: OpenAI's door, the reference's, and the list of voices.
struct SpeechEndpoints: EndpointGroup {
    let speech: Speech
    let names: IdempotencyDesk

    var endpoints: [Endpoint] {
        [
            .keyed(.post, "/v1/audio/speech") { try await speak($0, $1, manners: .openAI) },
            .keyed(.post, "/api/texttospeech") { try await speak($0, $1, manners: .reference) },
            .keyed(.get, "/v1/audio/voices") { _, caller in
                let voices = await speech.voices(for: caller)
                return .json { VoiceListing(voices).write(into: &$0) }
            },
        ]
    }

    /// The head of the answer goes out when the first audio is there: until then a failure has a status of its own.
    private func speak(_ context: PlainContext, _ caller: Caller, manners: SpeechRequest.Manners) async throws -> Response {
        let request: SpeechRequest
        do throws(RequestFault) {
            request = try SpeechRequest.read(context.body, manners: manners, models: speech.isKnown)
        } catch { throw ErrorResponse(error) }
        let name = try context.head.submission(context.body, path: "speech \(manners)")
        return try await names.answer(name, for: caller) { (claim) async throws(ErrorResponse) in
            response(to: request, try await open(request, context, caller, as: claim), as: claim)
        }
    }

    private func open(
        _ request: SpeechRequest, _ context: PlainContext, _ caller: Caller, as claim: IdempotencyClaim?
    ) async throws(ErrorResponse) -> OpenSpeech {
        let admitted: AdmittedSpeech
        do throws(Refusal) {
            admitted = try await speech.admit(request.prompt, for: caller, request: context.request, as: claim)
        } catch { throw ErrorResponse(error) }
        // What engines need to be heard is work, and no loop's.
        let opened = await withTaskExecutorPreference(globalConcurrentExecutor) {
            do throws(EngineFailure) { return Result<OpenSpeech, EngineFailure>.success(try await admitted.open()) } catch {
                return .failure(error)
            }
        }
        switch opened {
        case .failure(let failure): throw ErrorResponse(failure)
        case .success(let open): return open
        }
    }

    private func response(to request: SpeechRequest, _ open: OpenSpeech, as claim: IdempotencyClaim?) -> Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if let name = HTTPFields.Element.Name("x-minitoolai-cost") { headers[name] = open.cost.description }
        switch request.delivery {
        case .audio:
            headers[.contentType] = request.prompt.format.mediaType
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody { writer in
                    // What it throws breaks the connection off, so that half a file is not taken for a whole one.
                    let recording = claim.map { _ in AnswerRecording(contentType: request.prompt.format.mediaType) }
                    do {
                        try await open.deliver { piece in
                            recording?.add(piece)
                            try await writer.write(piece)
                        }
                    } catch {
                        claim?.leave()
                        throw error
                    }
                    claim?.keep(recording, of: open.hold, charge: open.cost)
                    try await writer.finish(nil)
                })
        case .events:
            headers[.contentType] = "text/event-stream"
            return Response(
                status: .ok, headers: headers, body: ResponseBody { try await SpeechEvents(open, claim).send(to: $0) })
        }
    }
}

/// A speech as server-sent events.
private struct SpeechEvents {
    let open: OpenSpeech
    let claim: IdempotencyClaim?

    init(_ open: OpenSpeech, _ claim: IdempotencyClaim?) {
        self.open = open
        self.claim = claim
    }

    func send(to writer: any ResponseBodyWriter) async throws {
        var writer = writer
        let recording = claim.map { _ in AnswerRecording(contentType: "text/event-stream") }
        func write(_ event: SpeechEvent) async throws {
            let frame = frame(event)
            recording?.add(frame)
            try await writer.write(frame)
        }
        do {
            try await open.deliver { try await write(.delta($0)) }
            recording?.add(frame(.done(characters: open.characters)))
            claim?.keep(recording, of: open.hold, charge: open.cost)
        } catch {
            claim?.leave()
            guard case .engine(let failure) = error else { throw error }
            try await writer.write(frame(.failed(ErrorResponse(failure).error)))
            return try await writer.finish(nil)
        }
        try await writer.write(frame(.done(characters: open.characters)))
        try await writer.finish(nil)
    }

    private func frame(_ event: SpeechEvent) -> ByteBuffer {
        var buffer = ByteBuffer()
        event.write(into: &buffer)
        return buffer
    }
}
