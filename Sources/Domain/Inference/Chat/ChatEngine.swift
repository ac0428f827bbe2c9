package import NIOCore
package import Units

/// An engine of any kind, as an operator knows it.
package protocol Engine: Sendable {
    /// The engine's name in the configuration.
    var name: String { get }

    /// Contacts the engine as an operator would and says what is wrong with it.
    func check() async -> EngineReport
}

/// Something that answers chats: an upstream server or the sandbox. It never learns who asks or what it costs.
package protocol ChatEngine: Engine {
    var traits: EngineTraits { get }

    /// Makes out the call for one answer; ``ChatCall/begin()`` asks for it. Called on `loop`; every call of `receiver` is made on `loop`
    /// too, and none before the call has begun.
    ///
    /// The receiver hears `opened` at most once, then any number of `received` and `turnEnded`, then exactly one of
    /// `completed` and `failed`, which may also come without `opened`. What it hears in one go ends with one of the last three.
    /// After `cancel` it hears nothing more.
    func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall
}

/// What the rest of the house must know about an engine before asking it.
package struct EngineTraits: Hashable, Sendable {
    /// What happens upstream when the caller has gone.
    package enum Disconnect: String, Sendable, CaseIterable {
        /// The call is cut; the caller pays what was sent and delivered, as counted here.
        case cancel
        /// The upstream bills anyway, so it is read to its end (bounded) and the caller pays what it reports.
        case drain
    }

    /// Prompt tokens an upstream may add that no byte of the request shows (chat templates, tool preambles).
    package var hiddenTokens: Int
    package var disconnect: Disconnect
    /// Output is billed that no chunk shows (thinking that stays upstream), so it cannot be counted while it is made.
    package var hidesOutput: Bool

    package init(hiddenTokens: Int, disconnect: Disconnect, hidesOutput: Bool = false) {
        self.hiddenTokens = hiddenTokens
        self.disconnect = disconnect
        self.hidesOutput = hidesOutput
    }
}

/// A prompt made out to one engine. It is handed on by a count: its parts would be a dozen.
package final class ChatOrder: Sendable {
    package let prompt: ChatPrompt
    /// The model's name as this engine knows it.
    package let model: String
    /// Output tokens per choice; always sent, so that an answer cannot cost more than was held.
    package let outputCap: Int
    package let request: RequestID

    package init(prompt: ChatPrompt, model: String, outputCap: Int, request: RequestID) {
        self.prompt = prompt
        self.model = model
        self.outputCap = outputCap
        self.request = request
    }
}

/// The reader of an answer. All calls on the order's event loop.
package protocol ChatReceiver: AnyObject {
    /// The engine accepted and its first event is at hand. Until here the caller can still be given another status.
    func opened(_ opening: ChatOpening)
    /// One event of a stream, or the whole answer when no stream was asked for.
    func received(_ chunk: ChatChunk)
    /// What one read brought has been handed over: a good moment to flush.
    func turnEnded()
    /// The engine said it is done: nothing is missing.
    func completed(_ end: ChatEnd)
    func failed(_ failure: EngineFailure)
}

/// One answer being made. All calls on the order's event loop.
package protocol ChatCall: AnyObject {
    /// Asks the engine. To be called once; the receiver may hear from within this call.
    func begin()
    /// Ends the call; the receiver hears nothing more.
    func cancel()
    /// Stops reading from the engine until ``resume()``: the caller's side is full.
    func pause()
    func resume()
}

package struct ChatOpening: Sendable {
    /// OpenAI's `system_fingerprint`, when the engine has one.
    package var fingerprint: String?
    package init(fingerprint: String? = nil) { self.fingerprint = fingerprint }
}

/// A piece of an answer: the `choices` array as JSON text in OpenAI's form — `delta`s in a stream, `message`s otherwise —
/// already checked to be well-formed.
package struct ChatChunk: Sendable {
    package var choices: ByteBuffer
    /// UTF-8 bytes of content, tool names and arguments, refusals in this piece: what is counted when no usage is reported.
    package var outputBytes: Int
    /// True when a choice in this piece carries a `finish_reason`.
    package var finishes: Bool

    package init(choices: ByteBuffer, outputBytes: Int, finishes: Bool) {
        self.choices = choices
        self.outputBytes = outputBytes
        self.finishes = finishes
    }
}

package struct ChatEnd: Sendable {
    /// The usage the engine reported, the last one if there were several; nil when it reported none, or none that can be true.
    package var usage: Usage?
    /// A choice ended because it reached its output cap: `finish_reason: length`.
    package var reachedCap: Bool

    package init(usage: Usage?, reachedCap: Bool = false) {
        self.usage = usage
        self.reachedCap = reachedCap
    }
}
