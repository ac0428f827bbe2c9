/// Every model that can be asked for, by the name callers use.
package struct ModelCatalog: Sendable {
    package let chat: [ChatModel]
    private let chatByName: [String: ChatModel]

    /// - Parameter chat: in the order they are listed; a later one of the same id replaces an earlier one.
    package init(chat: [ChatModel]) {
        var byName: [String: ChatModel] = [:]
        var order: [String] = []
        for model in chat {
            if byName.updateValue(model, forKey: model.id) == nil { order.append(model.id) }
        }
        self.chat = order.compactMap { byName[$0] }
        chatByName = byName
    }

    /// The model called `name`: its id, or the dated snapshot it answers as.
    package func chatModel(_ name: String) -> ChatModel? {
        chatByName[name] ?? chat.first { $0.snapshot == name }
    }
}
