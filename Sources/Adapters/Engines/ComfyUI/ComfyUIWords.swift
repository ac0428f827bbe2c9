import Wire

/// What of a server's texts may stand in a log: types of errors and names of nodes, which are never a prompt's words.
enum ComfyUIWords {
    /// nil for everything that is not one short word.
    static func word(_ value: JSONValue?) -> String? {
        guard let text = value?.string, (1...ComfyUILimits.wordBytesMax).contains(text.utf8.count),
            text.utf8.allSatisfy(\.mayStandInPath)
        else { return nil }
        return text
    }

    /// What a refused submission says: `prompt_outputs_failed_validation, value_not_in_list at 4`.
    static func refusal(_ document: JSONValue) -> String {
        var words = [word(document["error"]?["type"])].compactMap(\.self)
        for node in document["node_errors"]?.members ?? [] {
            for error in node.value["errors"]?.elements ?? [] {
                guard let type = word(error["type"]) else { continue }
                words.append(word(.string(node.key)).map { "\(type) at \($0)" } ?? type)
            }
        }
        return words.isEmpty ? "without a reason" : words.prefix(ComfyUILimits.wordsMax).joined(separator: ", ")
    }
}
