import Commerce
import Gateway
import Hummingbird
import Inference
import NIOCore
import NIOHTTP1
import Units
import Wire

/// Text to image as the reference has it: a job is submitted, asked after, watched, cancelled, and its picture fetched.
struct ImageEndpoints: EndpointGroup {
    let desk: ImageDesk
    let clock: any Gateway.Clock
    private var jobs: ImageJobs { desk.jobs }

    var endpoints: [Endpoint] {
        [
            .open(.post, "/api/texttoimage") { try await submit($0) },
            .open(.post, "/api/texttoimage/jobs") { context in
                try await answer(context) { question in try await jobs.job(question.id, signature: question.signature) }
            },
            .open(.delete, "/api/texttoimage/jobs") { context in
                try await answer(context) { question in try await jobs.cancel(question.id, signature: question.signature) }
            },
            .open(.get, "/api/texttoimage/jobs/:id/events") { try await watch($0) },
            .open(.get, "/images/:name") { try await fetch($0) },
        ]
    }

    // MARK: Submitting

    private func submit(_ context: PlainContext) async throws -> Response {
        do throws(ErrorResponse) {
            let caller = try context.head.caller(in: context.keys)
            let submission = try context.head.submission(context.body)
            let request = try read(context)
            do throws(Refusal) {
                let ticket = try await jobs.submit(
                    request.prompt, for: caller, request: context.request,
                    callback: request.callback.map { ImageJobs.Callback(address: $0, host: context.host) }, submission: submission
                )
                return .json { SubmissionAnswer.accepted(ticket.id, signature: ticket.signature).write(into: &$0) }
            } catch { throw ErrorResponse(error) }
        } catch { return refusal(error) }
    }

    private func read(_ context: PlainContext) throws(ErrorResponse) -> ImageRequest {
        do throws(RequestFault) {
            return try ImageRequest.read(
                context.body, allowsLoopbackCallback: desk.allowsLoopbackCallback, models: jobs.isKnown)
        } catch { throw ErrorResponse(error) }
    }

    /// The reference's shape, and its 402 for an empty balance.
    private func refusal(_ error: ErrorResponse) -> Response {
        let status: HTTPResponse.Status =
            error.error.code == "insufficient_quota"
            ? .init(code: 402, reasonPhrase: "Payment Required")
            : .init(code: Int(error.status.code), reasonPhrase: error.status.reasonPhrase)
        var response = Response.json { SubmissionAnswer(error.error).write(into: &$0) }
        response.status = status
        for field in error.fields {
            if let name = HTTPFields.Element.Name("\(field.name)") { response.headers[name] = field.value }
        }
        return response
    }

    // MARK: Asking after it

    private func answer(
        _ context: PlainContext, _ look: (JobQuestion) async throws -> JobView?
    ) async throws -> Response {
        let question: JobQuestion?
        do throws(RequestFault) { question = try JobQuestion.read(context.body) } catch {
            return .of(JobAnswer(error), status: .badRequest)
        }
        guard let question, let view = try await look(question) else { return .of(.unknown, status: .notFound) }
        return .of(desk.answer(view, host: context.host, at: clock.now()))
    }

    private func watch(_ context: PlainContext) async throws -> Response {
        let question = JobQuestion(id: context.parameters.get("id") ?? "", signature: context.query["signature"] ?? "")
        guard let question, let views = try await jobs.watch(question.id, signature: question.signature) else {
            return .of(.unknown, status: .notFound)
        }
        let (desk, clock, host) = (desk, clock, context.host)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                for await view in views {
                    var frame = ByteBuffer()
                    desk.answer(view, host: host, at: clock.now()).writeEvent(into: &frame)
                    try await writer.write(frame)
                }
                try await writer.finish(nil)
            })
    }

    // MARK: The picture

    private func fetch(_ context: PlainContext) async throws -> Response {
        guard let name = context.parameters.get("name").flatMap({ BlobName($0) }),
            let picture = try await jobs.blobs.read(name)
        else { throw ErrorResponse.unknownURL("GET", context.head.target?.path ?? "") }
        let whole = ByteBuffer(bytes: picture.bytes)
        var response = Response(
            status: .ok,
            headers: [
                .contentType: name.format.mediaType, .contentLength: String(whole.readableBytes), .acceptRanges: "bytes",
                .cacheControl: "private, max-age=3600, immutable", .xContentTypeOptions: "nosniff",
                .contentDisposition: "inline; filename=\"\(name)\"", .contentSecurityPolicy: "default-src 'none'; sandbox",
            ], body: .init(byteBuffer: whole))
        if let range = context.range(of: whole.readableBytes) {
            guard let range, let part = whole.getSlice(at: whole.readerIndex + range.lowerBound, length: range.count) else {
                return Response(status: .rangeNotSatisfiable, headers: [.contentRange: "bytes */\(whole.readableBytes)"])
            }
            response.status = .partialContent
            response.headers[.contentLength] = String(range.count)
            response.headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(whole.readableBytes)"
            response.body = .init(byteBuffer: part)
        }
        return response
    }
}

extension Response {
    static func json(_ write: (inout ByteBuffer) -> Void) -> Response {
        var body = ByteBuffer()
        write(&body)
        return .json(body)
    }

    fileprivate static func of(_ answer: JobAnswer, status: HTTPResponse.Status = .ok) -> Response {
        var response = Response.json { answer.write(into: &$0) }
        response.status = status
        return response
    }
}

extension PlainContext {
    /// The value of a header field that came once.
    func field(_ name: String) -> String? {
        let found = head.fields.filter { $0.0.lowercased() == name }
        return found.count == 1 ? found.first?.1 : nil
    }

    /// As the caller reached this server; nil for what is no name, address or port, so that nothing else gets into an address.
    var host: String? {
        field("host").flatMap { host in
            let isPlain = host.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D].contains(byte)
            }
            return isPlain && !host.isEmpty ? host : nil
        }
    }

    /// One range of bytes (RFC 9110 section 14): nil when none is asked for or it is asked for in another way, `.some(nil)` when it lies
    /// outside.
    fileprivate func range(of count: Int) -> Range<Int>?? {
        guard let text = field("range"), text.hasPrefix("bytes="), !text.contains(",") else { return .none }
        let bounds = text.dropFirst("bytes=".count).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return .none }
        switch (Int(bounds[0]), Int(bounds[1])) {
        case (let first?, let last?) where first <= last: return .some(first < count ? first..<min(last, count - 1) + 1 : nil)
        case (let first?, nil) where bounds[1].isEmpty: return .some(first < count ? first..<count : nil)
        case (nil, let suffix?) where bounds[0].isEmpty: return .some(suffix > 0 ? max(0, count - suffix)..<count : nil)
        default: return .none
        }
    }
}
