import Commerce
import Crypto
package import NIOCore
package import Units

/// What was answered to a named request, kept so that whoever asks again hears the same.
package struct KeptAnswer: Sendable {
    package let contentType: String
    package let body: ByteBuffer
    /// What was paid for it, once.
    package let charge: Money
}

/// Gathers what is answered to a named request while it is sent. Used by one loop or task at a time.
///
/// `@unchecked Sendable`: see above.
package final class AnswerRecording: @unchecked Sendable {
    /// Beyond so many bytes an answer is not kept: it lies in the ledger's database, whose writer everybody waits for.
    package static let bytesMax = 1 << 20
    private let contentType: String
    private var body: ByteBuffer? = ByteBuffer()
    private var completed: (() -> Void)?

    package init(contentType: String) { self.contentType = contentType }

    package func add(_ piece: ByteBuffer) {
        guard let bytes = body?.readableBytes, bytes + piece.readableBytes <= AnswerRecording.bytesMax else {
            body = nil
            return
        }
        body?.writeImmutableBuffer(piece)
    }

    /// What is to be done when all was added, before the last of it is sent: whoever has heard it and asks again finds it kept.
    package func whenComplete(_ then: @escaping () -> Void) { completed = then }

    /// The request is over, however it ended.
    package func close() { completed = nil }

    package func complete() {
        completed?()
        completed = nil
    }

    /// nil: it was too large.
    func answer(charge: Money) -> KeptAnswer? {
        body.map { KeptAnswer(contentType: contentType, body: $0, charge: charge) }
    }
}

/// Seals what is kept: whoever copies the database reads no answer in it.
struct AnswerSeal: Sendable {
    private let key: SymmetricKey

    /// - Parameter pepper: as for ``KeyMint``.
    init(pepper: [UInt8]) {
        precondition(pepper.count >= 32, "a pepper has at least 256 bits")
        let code = HMAC<SHA256>.authenticationCode(for: Array("kept answers, version 1".utf8), using: SymmetricKey(data: pepper))
        key = SymmetricKey(data: code)
    }

    func seal(_ answer: KeptAnswer, of hold: HoldID) -> [UInt8]? {
        let bytes = Array("\(answer.contentType)\n".utf8) + Array(answer.body.readableBytesView)
        return (try? AES.GCM.seal(bytes, using: key, authenticating: about(hold)).combined).map { [UInt8]($0) }
    }

    /// - Returns: nil for what was not sealed here for this hold.
    func open(_ sealed: [UInt8], of hold: HoldID, charge: Money) -> KeptAnswer? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: about(hold)),
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        return KeptAnswer(
            contentType: String(decoding: bytes[..<end], as: UTF8.self),
            body: ByteBuffer(bytes: bytes[bytes.index(after: end)...]),
            charge: charge)
    }

    private func about(_ hold: HoldID) -> [UInt8] { Array("answer:v1\n\(hold.value)".utf8) }
}
