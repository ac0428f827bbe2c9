import NIOCore

/// A request on its way in: what is known of it, and what has come of its body. All on its connection's loop.
///
/// `@unchecked Sendable`: see above.
final class Incoming: @unchecked Sendable {
    enum Purpose {
        case chat(ChatPermit)
        case plain
        /// It is already refused; its body is only read so that the connection can be kept.
        case refused(ErrorResponse)
    }

    let head: RequestHead
    var purpose: Purpose
    private let began = NIODeadline.now()
    private(set) var body = ByteBuffer()
    private(set) var bytes = 0
    /// Bytes accounted for with the loop.
    var heldBytes = 0

    init(_ head: RequestHead, for purpose: Purpose) {
        self.head = head
        self.purpose = purpose
    }

    var isRefused: Bool { if case .refused = purpose { true } else { false } }

    func take(_ part: ByteBuffer) {
        bytes += part.readableBytes
        guard !isRefused else { return }
        if body.readableBytes == 0 {
            body = part
            return
        }
        var part = part
        if bytes > body.capacity, case .bytes(let announced) = head.body {
            // What was announced need not be true: memory is taken as bytes come, in a few large steps.
            body.reserveCapacity(min(announced, max(bytes * 2, 128 << 10)))
        }
        body.writeBuffer(&part)
    }

    func deadline(_ limits: APILimits) -> NIODeadline { began + Incoming.time(for: bytes, limits) }

    /// A body may take a grace time and then must keep up a least rate, all within a longest time.
    static func time(for bytes: Int, _ limits: APILimits) -> TimeAmount {
        let earned = TimeAmount.milliseconds(Int64(bytes) * 1000 / Int64(limits.bodyRateMin))
        return min(limits.bodyGraceTime + earned, limits.bodyTimeMax)
    }
}
