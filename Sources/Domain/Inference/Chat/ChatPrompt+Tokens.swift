extension ChatPrompt {
    package func inputBoundTokens(model: ChatModel, hiddenTokens: Int) -> Int { size.jsonBytes + 64 + hiddenTokens }
    package func inputFairTokens(model: ChatModel) -> Int { size.textBytes / 3 + 4 * size.messages + 3 }
}
