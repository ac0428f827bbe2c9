package import NIOCore

/// A chat request after every check: what an engine may be asked, and nothing else.
///
/// It keeps slices of the caller's own bytes. The body that goes upstream is put together from ``members``, so what was
/// checked and priced is what is sent, and a member nobody changes is never decoded or copied. It goes from door to door by a count.
package final class ChatPrompt: Sendable {
    /// One checked top-level member, its value as JSON text.
    package struct Member: Sendable {
        package let name: String
        package let value: ByteBuffer

        package init(name: String, value: ByteBuffer) {
            self.name = name
            self.value = value
        }
    }

    /// The model as the caller names it.
    package let model: String
    /// Whether the caller wants chunks.
    package let stream: Bool
    /// How many choices are asked for, 1...128 (`n`).
    package let choices: Int
    /// The output cap per choice the caller gave (`max_completion_tokens` or `max_tokens`), or the dialect's default; nil: none.
    package let outputCap: Int?
    /// Every other member that may go upstream, in the caller's order: `messages`, `temperature`, `tools` … Never `model`,
    /// `stream`, `stream_options`, `n`, `max_tokens`, `max_completion_tokens`: those the engine writes itself.
    package let members: [Member]
    /// A message may have the role `developer`, which not every engine knows.
    package let mayNameDeveloper: Bool
    package let size: PromptSize
    package let images: [PromptImage]

    package init(
        model: String, stream: Bool, choices: Int, outputCap: Int?, members: [Member], size: PromptSize, images: [PromptImage],
        mayNameDeveloper: Bool = true
    ) {
        self.model = model
        self.stream = stream
        self.choices = choices
        self.outputCap = outputCap
        self.members = members
        self.mayNameDeveloper = mayNameDeveloper
        self.size = size
        self.images = images
    }

    /// The value of a member, as JSON text.
    package subscript(_ name: String) -> ByteBuffer? { members.first { $0.name == name }?.value }
}

/// What a prompt weighs, counted while it was checked.
package struct PromptSize: Hashable, Sendable {
    /// Bytes of JSON that go upstream, without the data of images: never fewer than the text tokens they become.
    package var jsonBytes: Int
    /// UTF-8 bytes of the texts alone (message contents, names, tools, schemas), as decoded: the base of a fair estimate.
    package var textBytes: Int
    package var messages: Int
    /// Bytes of `prediction` content: rejected predicted tokens are billed as output.
    package var predictionBytes: Int

    package init(jsonBytes: Int, textBytes: Int, messages: Int, predictionBytes: Int = 0) {
        self.jsonBytes = jsonBytes
        self.textBytes = textBytes
        self.messages = messages
        self.predictionBytes = predictionBytes
    }
}

/// One image of a prompt, known by its header alone; it is never decoded here.
package struct PromptImage: Hashable, Sendable {
    package enum Detail: String, Sendable { case auto, low, high }

    package enum Source: Hashable, Sendable {
        /// Carried inside the request.
        case data(format: ImageFormat, width: Int, height: Int, bytes: Int)
        /// An https address that only an engine will fetch.
        case address(host: String)
    }

    package var source: Source
    package var detail: Detail

    package init(source: Source, detail: Detail) {
        self.source = source
        self.detail = detail
    }
}

package enum ImageFormat: String, Sendable, CaseIterable { case png, jpeg, webp, gif }
