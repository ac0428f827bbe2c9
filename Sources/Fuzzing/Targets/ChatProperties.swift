import Inference
import NIOCore
package import Wire

/// What a chat request is accepted as says nothing that the caller did not, and costs no more than was read; what is refused
/// is refused in words that fit an error body.
enum ChatProperties {
    private static let catalog = ModelCatalog(chat: ChatModel.builtIn)
    /// Members that the engine writes itself, from what was checked.
    private static let ownMembers = ["model", "stream", "stream_options", "n", "max_tokens", "max_completion_tokens"]

    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let body = ByteBuffer(bytes: bytes)
        for dialect in ChatDialect.allCases {
            let read: Result<ChatRequest, RequestFault> = Result { () throws(RequestFault) in
                try ChatRequest.read(body, dialect: dialect, catalog: catalog)
            }
            switch read {
            case .success(let request): try check(request, of: body)
            case .failure(let fault): try MemberProperties.check(fault)
            }
        }
    }

    private static func check(_ request: ChatRequest, of body: ByteBuffer) throws(BrokenProperty) {
        let prompt = request.prompt
        let parsed: Result<JSONValue, JSONFault> = Result { () throws(JSONFault) in try JSONValue(parsing: body) }
        guard case .success(let said) = parsed else { throw BrokenProperty("what is no JSON was accepted") }
        guard let model = catalog.chatModel(prompt.model) else { throw BrokenProperty("a model nobody knows was accepted") }
        try must((1...128).contains(prompt.choices), "\(prompt.choices) choices")
        if let cap = prompt.outputCap { try must((1...model.outputTokensMax).contains(cap), "an output cap of \(cap)") }
        try must(prompt.size.jsonBytes >= 0 && prompt.size.jsonBytes <= body.readableBytes, "more JSON than was sent")
        try must(prompt.size.textBytes >= 0 && prompt.size.textBytes <= body.readableBytes, "more text than was sent")
        try must(Set(prompt.members.map(\.name)).count == prompt.members.count, "a member stands twice")
        for member in prompt.members {
            try must(!ownMembers.contains(member.name), "\(member.name) is the engine's to write")
            let value: Result<JSONValue, JSONFault> = Result { () throws(JSONFault) in try JSONValue(parsing: member.value) }
            guard case .success(let sent) = value else { throw BrokenProperty("\(member.name) is sent on as something else") }
            guard let original = said[member.name], sent.isPruned(from: original) else {
                throw BrokenProperty("\(member.name) is sent on with another meaning")
            }
        }
        let fit = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.[]".utf8)
        try must(request.droppedMembers.allSatisfy { $0.utf8.allSatisfy(fit.contains) }, "a name that fits no header")
    }
}

extension JSONValue {
    /// True when this is `original` less some members of its objects.
    package func isPruned(from original: JSONValue) -> Bool {
        switch (self, original) {
        case (.object(let left), .object(let all)):
            left.allSatisfy { member in
                all.contains { $0.key.utf8.elementsEqual(member.key.utf8) && member.value.isPruned(from: $0.value) }
            }
        case (.array(let left), .array(let all)):
            left.count == all.count && zip(left, all).allSatisfy { $0.isPruned(from: $1) }
        default: self == original
        }
    }
}
