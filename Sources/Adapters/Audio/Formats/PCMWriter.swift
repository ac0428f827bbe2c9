import Inference
import NIOCore

/// Samples alone.
final class PCMWriter: SampleWriter {
    func write(_ samples: [Int16], into file: inout ByteBuffer) {
        file.writeWithUnsafeMutableBytes(minimumWritableBytes: samples.count * 2) { bytes in
            for (place, sample) in samples.enumerated() {
                bytes.storeBytes(of: sample.littleEndian, toByteOffset: place * 2, as: Int16.self)
            }
            return samples.count * 2
        }
    }

    func finish(into file: inout ByteBuffer) {}
}
