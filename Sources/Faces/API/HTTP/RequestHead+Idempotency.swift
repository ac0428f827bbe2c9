import Commerce
import Gateway
import Hummingbird
import NIOCore
import NIOHTTP1
import Units
import Wire

extension RequestHead {
    /// What the caller named its request by `Idempotency-Key`, with its address and its body; nil: nothing.
    ///
    /// - Parameter path: what stands for the address; nil where names of one address are kept apart anyway.
    func submission(_ body: ByteBuffer, path: String? = nil) throws(ErrorResponse) -> Submission? {
        guard isNamed else { return nil }
        let named = fields.filter { $0.name.lowercased() == "idempotency-key" }
        var content = ByteBuffer(string: path.map { "\($0)\n" } ?? "")
        content.writeImmutableBuffer(body)
        guard let key = named.first?.value, named.count == 1, let submission = Submission(key: key, body: content) else {
            let got = named.count > 1 ? "\(named.count)." : "something else in \(named.first?.value.utf8.count ?? 0) bytes."
            throw ErrorResponse(
                .badRequest,
                "Invalid Idempotency-Key: expected one, of 1 to \(Submission.keyBytesMax) visible ASCII characters, got \(got)",
                param: "idempotency-key", code: "invalid_value")
        }
        return submission
    }
}

extension IdempotencyDesk {
    /// Answers a request, once for each name: what was answered before is said again, and a name whose request is not answered is left.
    /// - Parameter answer: gets the name, if there is one; an answer of which something is kept keeps to the name itself.
    func answer(
        _ name: Submission?, for caller: Caller, _ answer: (IdempotencyClaim?) async throws(ErrorResponse) -> Response
    ) async throws(ErrorResponse) -> Response {
        guard let name else { return try await answer(nil) }
        let entrance: Entrance
        do throws(Refusal) { entrance = try await enter(name, for: caller) } catch { throw ErrorResponse(error) }
        switch entrance {
        case .answered(let answer): return .again(answer)
        case .first(let claim):
            do throws(ErrorResponse) { return try await answer(claim) } catch {
                claim.leave()
                throw error
            }
        }
    }
}

extension Connection {
    /// Says once more what was answered before.
    func reply(_ answer: KeptAnswer) {
        let bytesMax = 160 + answer.contentType.utf8.count
        reply(.ok, body: answer.body, fieldsBytesMax: bytesMax) { room in
            room.writeField("content-type", answer.contentType)
            room.writeField("x-minitoolai-cost", answer.charge.description)
            room.write("idempotent-replayed: true\r\n")
        }
    }
}

extension Response {
    /// What was answered before, once more.
    static func again(_ answer: KeptAnswer) -> Response {
        var headers: HTTPFields = [.contentType: answer.contentType, .cacheControl: "no-store"]
        for (name, value) in [("x-minitoolai-cost", answer.charge.description), ("idempotent-replayed", "true")] {
            if let name = HTTPFields.Element.Name(name) { headers[name] = value }
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: answer.body))
    }
}
