import Inference
import NIOCore

/// RIFF WAVE with a header that does not know how long the file will be, and says what espeak-ng and sox say then: readers go on to the end.
/// Source: Microsoft's "Multimedia Programming Interface and Data Specifications 1.0", "Waveform Audio File Format".
final class WAVWriter: SampleWriter {
    /// Whole samples, and no reader takes it for a negative number.
    private static let unknownBytes: UInt32 = 0x7FFF_F000

    private let hertz: Int
    private let samples = PCMWriter()
    private var hasHeader = false

    init(hertz: Int) { self.hertz = hertz }

    func write(_ samples: [Int16], into file: inout ByteBuffer) {
        writeHeader(into: &file)
        self.samples.write(samples, into: &file)
    }

    func finish(into file: inout ByteBuffer) { writeHeader(into: &file) }

    private func writeHeader(into file: inout ByteBuffer) {
        guard !hasHeader else { return }
        hasHeader = true
        func number<Value: FixedWidthInteger>(_ value: Value) { file.writeInteger(value, endianness: .little) }
        file.writeString("RIFF")
        number(WAVWriter.unknownBytes + 36)
        file.writeString("WAVEfmt ")
        number(UInt32(16))
        // Samples as they are; one channel.
        number(UInt16(1))
        number(UInt16(1))
        number(UInt32(hertz))
        number(UInt32(hertz * 2))
        number(UInt16(2))
        number(UInt16(16))
        file.writeString("data")
        number(WAVWriter.unknownBytes)
    }
}
