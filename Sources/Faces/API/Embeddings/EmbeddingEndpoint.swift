import Commerce
import Gateway
import Hummingbird
import Inference
import NIOCore
import Units
import Wire

/// `POST /v1/embeddings` as OpenAI's clients send it.
struct EmbeddingEndpoint: EndpointGroup {
    let embeddings: Embeddings
    let names: IdempotencyDesk

    var endpoints: [Endpoint] { [.keyed(.post, "/v1/embeddings") { try await embed($0, $1) }] }

    private func embed(_ context: PlainContext, _ caller: Caller) async throws -> Response {
        let request: EmbeddingRequest
        do throws(RequestFault) {
            request = try EmbeddingRequest(context.body, models: embeddings.isKnown)
        } catch { throw ErrorResponse(error) }
        let name = try context.head.submission(context.body, path: "/v1/embeddings")
        return try await names.answer(name, for: caller) { (claim) async throws(ErrorResponse) in
            let answered = try await answer(request, context, caller, as: claim)
            let recording = AnswerRecording(contentType: "application/json")
            recording.add(answered.body)
            claim?.keep(recording, of: answered.receipt.hold, charge: answered.receipt.charge)
            return answered.response
        }
    }

    private struct Answered {
        let body: ByteBuffer
        let receipt: Receipt

        var response: Response {
            var response = Response.json(body)
            if let name = HTTPFields.Element.Name("x-minitoolai-cost") { response.headers[name] = receipt.charge.description }
            return response
        }
    }

    private func answer(
        _ request: EmbeddingRequest, _ context: PlainContext, _ caller: Caller, as claim: IdempotencyClaim?
    ) async throws(ErrorResponse) -> Answered {
        do throws(Embeddings.Refused) {
            let embedded = try await embeddings.embed(request.prompt, for: caller, request: context.request, as: claim)
            var body = ByteBuffer()
            EmbeddingAnswer(
                vectors: embedded.vectors, encoding: request.encoding, model: request.prompt.model,
                promptTokens: embedded.promptTokens
            ).write(into: &body)
            return Answered(body: body, receipt: embedded.receipt)
        } catch {
            switch error {
            case .caller(let refusal): throw ErrorResponse(refusal)
            case .engine(let failure): throw ErrorResponse(failure)
            }
        }
    }
}
