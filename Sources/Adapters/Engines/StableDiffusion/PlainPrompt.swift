/// A stranger's text as it may be given to a Stable Diffusion server: everything that such servers take for a directive is made plain words.
///
/// - Every `<` becomes a blank. All directives begin with one: `<lora:name:1>`, `<hypernet:name:1>` and whatever extensions add
///   (AUTOMATIC1111, Forge, SD.Next), `<sd_cpp_extra_args>{…}</sd_cpp_extra_args>` and `<lora:…>` (stable-diffusion.cpp). They load files
///   of the operator's and change what was paid for. To the model the sign means nothing.
/// - The words `AND` and `BREAK`, in capitals, become lower case: AUTOMATIC1111 makes another pass of the model for each `AND`, and another
///   77 tokens of each `BREAK`, so that a text of 8 KB could cost a thousand pictures.
/// - Two underscores become one: around a name they are replaced by a line of a file (`__animals__`, SD.Next and the common extension).
/// - Control characters become blanks, a NUL above all.
///
/// Weights and brackets stay: `(word:1.2)`, `[a:b:0.5]` change words, not work.
struct PlainPrompt: Hashable, Sendable {
    let text: String

    init(_ stranger: String) {
        var scalars = String.UnicodeScalarView()
        var word = String.UnicodeScalarView()
        func endWord() {
            if PlainPrompt.directives.contains(String(word)) {
                scalars.append(contentsOf: String(word).lowercased().unicodeScalars)
            } else {
                scalars.append(contentsOf: word)
            }
            word = String.UnicodeScalarView()
        }
        var last: Unicode.Scalar?
        for scalar in stranger.unicodeScalars {
            defer { last = scalar }
            if scalar == "_", last == "_" { continue }
            // Where other scripts stand beside a directive, servers differ on whether it is a word of its own: here it is.
            if scalar == "_" || ("0"..."9").contains(scalar) || ("A"..."Z").contains(scalar) || ("a"..."z").contains(scalar) {
                word.append(scalar)
                continue
            }
            endWord()
            scalars.append(scalar == "<" || scalar.properties.generalCategory == .control ? " " : scalar)
        }
        endWord()
        text = String(scalars)
    }

    private static let directives: Set<String> = ["AND", "BREAK"]
}
