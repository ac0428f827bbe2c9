import Inference
import NIOCore

/// Writes one format: samples of one channel, at the rate it was made for.
protocol SampleWriter: AnyObject {
    func write(_ samples: [Int16], into file: inout ByteBuffer) throws(SpeechFault)
    /// Writes the rest. Nothing is written after it.
    func finish(into file: inout ByteBuffer) throws(SpeechFault)
}

/// What samples pass through before they are written: at each step as many more or fewer as it makes of them, and a rest at the end.
protocol SampleFilter: AnyObject {
    func pass(_ samples: [Int16]) throws(SpeechFault) -> [Int16]
    func rest() throws(SpeechFault) -> [Int16]
}

final class SampleEncoder: SpeechEncoder {
    private let filters: [any SampleFilter]
    private let writer: any SampleWriter
    /// The first byte of a sample whose second has not come.
    private var odd: UInt8?

    init(through filters: [any SampleFilter], writer: any SampleWriter) {
        self.filters = filters
        self.writer = writer
    }

    func encode(_ bytes: ByteBuffer, into file: inout ByteBuffer) throws(SpeechFault) {
        var samples = samples(bytes)
        for filter in filters { samples = try filter.pass(samples) }
        try write(samples, into: &file)
    }

    func finish(into file: inout ByteBuffer) throws(SpeechFault) {
        for place in filters.indices {
            var samples = try filters[place].rest()
            for later in filters[(place + 1)...] { samples = try later.pass(samples) }
            try write(samples, into: &file)
        }
        try writer.finish(into: &file)
    }

    private func write(_ samples: [Int16], into file: inout ByteBuffer) throws(SpeechFault) {
        if !samples.isEmpty { try writer.write(samples, into: &file) }
    }

    private func samples(_ bytes: ByteBuffer) -> [Int16] {
        var bytes = bytes
        if let odd {
            // Seldom: only where a pipe broke a sample in two.
            var whole = ByteBuffer(bytes: [odd])
            whole.writeBuffer(&bytes)
            bytes = whole
        }
        let count = bytes.readableBytes / 2
        odd = bytes.readableBytes % 2 == 0 ? nil : bytes.readableBytesView.last
        return bytes.withUnsafeReadableBytes { bytes in
            (0..<count).map { Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 2, as: Int16.self)) }
        }
    }
}
