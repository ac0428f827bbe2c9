import Commerce
import Gateway
import Hummingbird
import Inference
import NIOCore
import NIOHTTP1
import Units
import Wire

/// `POST /v1/images/generations` as OpenAI's clients send it: runs the same jobs and waits for them.
struct GenerationEndpoint: EndpointGroup {
    let desk: ImageDesk
    let clock: any Gateway.Clock
    private var jobs: ImageJobs { desk.jobs }

    var endpoints: [Endpoint] {
        [
            .keyed(.post, "/v1/images/generations") { context, caller in
                let request: GenerationRequest
                do throws(RequestFault) {
                    request = try GenerationRequest.read(context.body, models: jobs.isKnown)
                } catch { throw ErrorResponse(error) }
                let submission = try context.head.submission(context.body, path: "/v1/images/generations")
                let tickets = try await submit(request, caller, context.request, as: submission)
                let images = try await images(of: tickets, request.delivery, host: context.host)
                return .json { GenerationAnswer(created: clock.now().seconds, images: images).write(into: &$0) }
            }
        ]
    }

    /// All or none.
    /// - Parameter submission: what was submitted so before is waited for, not made anew.
    private func submit(
        _ request: GenerationRequest, _ caller: Caller, _ id: Units.RequestID, as submission: Submission?
    ) async throws(ErrorResponse) -> [ImageJobs.Ticket] {
        var tickets: [ImageJobs.Ticket] = []
        for (index, prompt) in request.prompts.enumerated() {
            do throws(Refusal) {
                tickets.append(
                    try await jobs.submit(
                        prompt, for: caller, request: id, submission: submission?.part(index), isAwaited: submission == nil))
            } catch {
                await cancel(tickets)
                throw ErrorResponse(error)
            }
        }
        return tickets
    }

    private func cancel(_ tickets: [ImageJobs.Ticket]) async {
        for ticket in tickets { _ = try? await jobs.cancel(ticket.id, signature: ticket.signature) }
    }

    /// Those that came to be: they are paid for, so they are delivered, though others failed.
    /// - Throws: why there is none.
    private func images(
        of tickets: [ImageJobs.Ticket], _ delivery: GenerationRequest.Delivery, host: String?
    ) async throws -> [GenerationAnswer.Image] {
        var images: [GenerationAnswer.Image] = []
        var failure: (any Error)?
        for ticket in tickets {
            do { images.append(try await image(of: ticket, delivery, host)) } catch { failure = error }
        }
        if let failure {
            await cancel(tickets)
            if images.isEmpty { throw failure }
        }
        return images
    }

    private func image(
        of ticket: ImageJobs.Ticket, _ delivery: GenerationRequest.Delivery, _ host: String?
    ) async throws -> GenerationAnswer.Image {
        guard let views = try await jobs.watch(ticket.id, signature: ticket.signature, isPatient: true) else {
            throw ErrorResponse.internalFault
        }
        var last: JobView?
        for await view in views { last = view }
        guard let view = last, case .finished(let result) = view.state, let name = BlobName(result.blob), let ended = view.ended
        else { throw ErrorResponse.noPicture(last) }
        switch delivery {
        case .url:
            return GenerationAnswer.Image(
                .url(desk.url(of: name, until: jobs.blobs.expiry(of: ended), host: host)), seed: result.seed)
        case .base64:
            guard let picture = try await jobs.blobs.read(name) else { throw ErrorResponse.internalFault }
            return GenerationAnswer.Image(.file(picture.bytes), seed: result.seed)
        }
    }
}

extension ErrorResponse {
    /// - Parameter view: the job as it was last seen.
    fileprivate static func noPicture(_ view: JobView?) -> ErrorResponse {
        let why: String
        switch view?.state {
        case .failed(let message): why = message
        case .cancelled: why = "the job was cancelled"
        default: why = "the server goes down"
        }
        return ErrorResponse(
            .badGateway, "The picture could not be made: \(why). Nothing was charged for it.", type: "server_error",
            code: "engine_failed")
    }
}
