package import Inference
package import NIOCore
package import Wire

/// A whole answer of an engine's HTTP API.
package struct EngineAnswer: Sendable {
    package let status: Int
    package let body: ByteBuffer
    /// How long a refusal asked to be left alone, in milliseconds.
    package let retryAfterMilliseconds: Int?

    package init(status: Int, body: ByteBuffer, retryAfterMilliseconds: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    package var isSuccess: Bool { (200..<300).contains(status) }

    /// The body as a document.
    /// - Throws: `broken` when it is none.
    package func json() throws(ImageFailure) -> JSONValue {
        do throws(JSONFault) { return try JSONValue(parsing: body) } catch {
            throw ImageFailure(.broken, detail: "answered \(status), but not with JSON: \(error)")
        }
    }

    /// What a status that is none of success means. Bodies are not quoted, since servers echo prompts in them: only the name of an error is.
    package var failure: ImageFailure {
        let words = "answered \(status)\(errorName.map { " (\($0))" } ?? "")"
        switch status {
        case 300..<400:
            return ImageFailure(.refused, detail: "\(words): redirects are not followed, give the address it leads to")
        case 401, 403: return ImageFailure(.refused, detail: "\(words): it wants other credentials")
        case 408, 504: return ImageFailure(.timedOut, detail: words)
        case 429, 503: return ImageFailure(.busy, detail: words, retryAfterMilliseconds: retryAfterMilliseconds)
        case 400..<500: return ImageFailure(.refused, detail: words)
        case 502: return ImageFailure(.lost, detail: words)
        case 500... where isOutOfMemory: return ImageFailure(.broken, detail: "\(words): out of memory")
        default: return ImageFailure(.broken, detail: words)
        }
    }

    /// PyTorch: `torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate …`.
    private var isOutOfMemory: Bool {
        let text = beginning.lowercased()
        return text.contains("out of memory") || text.contains("outofmemory")
    }

    /// FastAPI servers name the exception: `{"error":"OutOfMemoryError", …}`; nil for whatever is not one word.
    private var errorName: String? {
        guard !isSuccess, let document = try? JSONValue(parsing: ByteBuffer(string: beginning)) else { return nil }
        guard let name = document["error"]?.string ?? document["error"]?["type"]?.string, !name.isEmpty,
            name.count <= EngineClientLimits.errorNameCharactersMax, name.utf8.allSatisfy(\.mayStandInPath)
        else { return nil }
        return name
    }

    private var beginning: String {
        let count = min(body.readableBytes, EngineClientLimits.errorBytesMax)
        return String(decoding: body.readableBytesView.prefix(count), as: UTF8.self)
    }
}
