/// What the sandbox does at most. It runs on the loops that serve paying callers, so each of its works has an end.
enum SandboxLimits {
    /// Tokens of one answer over all its choices: 128 choices of `[sandbox: tokens=512]`, or two of the longest.
    static let answerTokensMax = 65_536
    /// Different answers made for one prompt; further choices repeat them in turn.
    static let differentAnswersMax = 8
    /// Bytes of a prompt that are counted token by token; of texts beyond only a sample is.
    static let countedBytesMax = 262_144
    /// Bytes of that sample.
    static let sampledBytes = 64
    /// Characters of the caller's text that an answer quotes.
    static let quoteCharactersMax = 60
    /// Characters of a tool's result that an answer cites.
    static let citationCharactersMax = 200
    /// Unicode scalars of the caller's text that are searched for names, numbers and the like.
    static let searchedScalarsMax = 4_000
    /// Unicode scalars of a tool's description that are compared with the caller's text.
    static let describedScalarsMax = 1_000
    /// Calls in one choice: as many things as a sentence can name.
    static let parallelCallsMax = 8
    /// Values tried for one document, wrong turns included.
    static let documentNodesMax = 2_000
    /// Seconds that a speech stalls which nobody gives up.
    static let stallSeconds = 600
    /// Options of one `enum` that are looked for in the caller's text.
    static let optionsSoughtMax = 100
    /// Bytes of strings, names and constants in one document.
    static let documentBytesMax = 262_144
    /// Values after which only what a schema demands is written.
    static let documentNodesLush = 400
    /// Nesting after which only what a schema demands is written: recursive schemas end here.
    static let documentDepthLush = 5
    /// Nesting of a document; JSON readers everywhere stop at 64.
    static let documentDepthMax = 48
    /// Schemas that make one together, by reference or `allOf`.
    static let schemaPartsMax = 256
    /// Unicode scalars of one generated string.
    static let stringScalarsMax = 20_000
    /// Nested groups of a regular expression.
    static let patternDepthMax = 24
    /// The longest wait a directive may ask for: longer than any deadline worth testing.
    static let waitMillisecondsMax = 600_000
    /// Numbers counted aloud.
    static let countToMax = 500
}
