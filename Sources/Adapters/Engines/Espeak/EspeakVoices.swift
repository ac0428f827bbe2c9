import Inference

/// The voices of an espeak-ng: what `--voices` and `--voices=variant` list.
///
/// Names are looked up here before espeak-ng hears of them: the library keeps the voice it had when it is given a name it does not know,
/// and a name goes on a command line.
struct EspeakVoices: Sendable {
    /// In the order of the list, each language once.
    let languages: [SpeechVoice]
    /// By every name a voice goes by, in small letters: its file, which is what `-v` takes: by the language of `en-gb` it takes no variant.
    private let byName: [String: String]
    private let variants: Set<String>

    /// OpenAI's names as voices of ours: English where the text does not say otherwise, and each in a tone of its own.
    static let openAI: [String: (language: String, variant: String?)] = [
        "alloy": ("en-us", nil), "ash": ("en-us", "m3"), "ballad": ("en-gb", "m2"), "coral": ("en-us", "f3"),
        "echo": ("en-us", "m1"), "fable": ("en-gb", nil), "onyx": ("en-us", "m7"), "nova": ("en-us", "f2"),
        "sage": ("en-us", "f4"), "shimmer": ("en-us", "f5"), "verse": ("en-gb-x-rp", nil), "marin": ("en-gb", "f1"),
        "cedar": ("en-us", "m5"),
    ]

    init(voices: String, variants: String) {
        var languages: [SpeechVoice] = []
        var byName: [String: String] = [:]
        // Voices of another synthesizer, MBROLA, are listed whether it is there or not.
        let rows = EspeakVoices.rows(voices).filter { !$0.file.hasPrefix("mb/") }
        for row in rows where byName.updateValue(row.file, forKey: row.language.lowercased()) == nil {
            languages.append(SpeechVoice(name: row.language, language: row.language))
        }
        // What is another's own name is no name of these.
        for row in rows {
            for name in row.names where byName[name.lowercased()] == nil { byName[name.lowercased()] = row.file }
        }
        self.languages = languages
        self.byName = byName
        self.variants = Set(EspeakVoices.rows(variants).compactMap { $0.file.split(separator: "/").last.map(String.init) })
    }

    /// What `-v` is given for a voice as a caller names it; nil when there is no such voice.
    ///
    /// OpenAI's voices speak the language of the text, others the one they are called by.
    func voice(named name: String, for text: String) -> String? {
        if let known = EspeakVoices.openAI[name.lowercased()] {
            guard let file = WrittenLanguage.of(text).flatMap({ byName[$0] }) ?? byName[known.language] ?? byName["en-us"] else {
                return nil
            }
            return EspeakVoices.joined(file, known.variant.flatMap { variants.contains($0) ? $0 : nil })
        }
        let parts = name.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let file = byName[parts[0].lowercased()] else { return nil }
        guard parts.count > 1 else { return file }
        return variants.contains(parts[1]) ? EspeakVoices.joined(file, parts[1]) : nil
    }

    private static func joined(_ file: String, _ variant: String?) -> String { variant.map { "\(file)+\($0)" } ?? file }

    private struct Row {
        let language: String
        let file: String
        /// What else it is called: its name, its file with and without the folder, and the languages it stands in for.
        let names: [String]
    }

    /// `Pty Language Age/Gender VoiceName File Other`, in columns of white space, the last as `(zh-cmn 5)(zh 5)`.
    private static func rows(_ table: String) -> [Row] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true).map(String.init)
            guard columns.count >= 5 else { return nil }
            let others = columns.dropFirst(5).joined().split(separator: "(").compactMap {
                $0.split(separator: " ").first.map(String.init)
            }
            let file = columns[4]
            return Row(
                language: columns[1], file: file,
                names: [columns[3], file, file.split(separator: "/").last.map(String.init) ?? file] + others)
        }
    }
}
