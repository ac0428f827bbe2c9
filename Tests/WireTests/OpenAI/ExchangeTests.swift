import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct ExchangeTests {
    @Test func `there are many exchanges`() { #expect(Exchange.all.count >= 100) }

    @Test(arguments: Exchange.all)
    func `a request becomes what its exchange says`(exchange: Exchange) throws {
        let dialect = try #require(
            [
                "POST /v1/chat/completions": ChatDialect.openAI, "POST /api/chat-completions/": .reference,
            ][exchange.door])
        let outcome = outcome(of: exchange.body, dialect)
        if Exchange.records { try exchange.record(outcome) } else { #expect(outcome == exchange.expected) }
    }

    private func outcome(of body: String, _ dialect: ChatDialect) -> String {
        do throws(RequestFault) {
            let catalog = ModelCatalog(chat: ChatModel.builtIn)
            return text(of: try ChatRequest.read(ByteBuffer(string: body), dialect: dialect, catalog: catalog))
        } catch { return text(of: error) }
    }

    private func text(of fault: RequestFault) -> String {
        "\(fault.kind)\nparam: \(fault.param ?? "null")\ncode: \(fault.code ?? "null")\n\(fault.message)\n"
    }

    private func text(of request: ChatRequest) -> String {
        let prompt = request.prompt
        let size = prompt.size
        var lines = [
            "accepted", "model: \(prompt.model)", "stream: \(prompt.stream)", "include usage: \(request.includeUsage)",
            "choices: \(prompt.choices)", "output cap: \(prompt.outputCap.map(String.init) ?? "none")",
            "size: \(size.jsonBytes) bytes of JSON, \(size.textBytes) of text, \(size.predictionBytes) predicted, "
                + "\(size.messages) messages",
        ]
        lines += prompt.images.map { image in
            switch image.source {
            case .data(let format, let width, let height, let bytes):
                "image: \(format) \(width)x\(height), \(bytes) bytes, \(image.detail)"
            case .address(let host): "image: at \(host), \(image.detail)"
            }
        }
        if !request.droppedMembers.isEmpty { lines.append("dropped: \(request.droppedMembers.joined(separator: " "))") }
        lines += prompt.members.map { "\($0.name): \(String(buffer: $0.value))" }
        return lines.joined(separator: "\n") + "\n"
    }
}
