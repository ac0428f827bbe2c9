import CAACEncoder
import Inference
import NIOCore

/// AAC-LC in ADTS frames by the VisualOn encoder. Source: voAAC.h and voAudio.h of version 0.1.3.
final class AACWriter: SampleWriter {
    private struct Library: @unchecked Sendable {
        var interface = VO_AUDIO_CODECAPI()
        var memory = VO_MEM_OPERATOR()

        init() throws(SpeechFault) {
            let library = try SharedLibrary("libvo-aacenc.so.0")
            let describe: @convention(c) (UnsafeMutablePointer<VO_AUDIO_CODECAPI>) -> CInt = try library.function(
                "voGetAACEncAPI")
            guard describe(&interface) == 0 else { throw SpeechFault("vo-aacenc: no interface") }
            memory.Alloc = try library.function("cmnMemAlloc")
            memory.Free = try library.function("cmnMemFree")
            memory.Set = try library.function("cmnMemSet")
            memory.Copy = try library.function("cmnMemCopy")
            memory.Check = try library.function("cmnMemCheck")
            memory.Compare = try library.function("cmnMemCompare")
            memory.Move = try library.function("cmnMemMove")
        }

        static let opened = Result { () throws(SpeechFault) in try Library() }
    }

    /// A second.
    private static let bits: CInt = 64_000
    /// Samples of a frame.
    private static let frame = 1024
    /// No frame of one channel is longer: ISO/IEC 13818-7 §8.2.2 allows it 6,144 bits, and ADTS heads it with 7 bytes.
    private static let frameBytesMax = 1024

    private let library: Library
    private var memory: UnsafeMutablePointer<VO_MEM_OPERATOR>
    private var handle: VO_HANDLE?
    private var waiting: [Int16] = []

    init(hertz: Int) throws(SpeechFault) {
        library = try Library.opened.get()
        // The encoder keeps its address.
        memory = .allocate(capacity: 1)
        memory.initialize(to: library.memory)
        var user = VO_CODEC_INIT_USERDATA()
        user.memflag = VO_IMF_USERMEMOPERATOR
        user.memData = UnsafeMutableRawPointer(memory)
        guard library.interface.Init(&handle, VO_AUDIO_CodingAAC, &user) == 0 else { throw SpeechFault("vo-aacenc: no memory") }
        var wish = AACENC_PARAM(sampleRate: CInt(hertz), bitRate: AACWriter.bits, nChannels: 1, adtsUsed: 1)
        guard library.interface.SetParam(handle, VO_S32(VO_PID_AAC_Mdoule | 0x0040), &wish) == 0 else {
            throw SpeechFault("vo-aacenc: the settings were refused")
        }
    }

    deinit {
        if handle != nil { _ = library.interface.Uninit(handle) }
        memory.deallocate()
    }

    func write(_ samples: [Int16], into file: inout ByteBuffer) throws(SpeechFault) {
        waiting += samples
        var start = 0
        while waiting.count - start >= AACWriter.frame {
            try encode(Array(waiting[start..<start + AACWriter.frame]), into: &file)
            start += AACWriter.frame
        }
        waiting.removeFirst(start)
    }

    func finish(into file: inout ByteBuffer) throws(SpeechFault) {
        // What is left, and the frame that the encoder is late by.
        waiting += [Int16](repeating: 0, count: 2 * AACWriter.frame - 1)
        try write([], into: &file)
    }

    private func encode(_ samples: [Int16], into file: inout ByteBuffer) throws(SpeechFault) {
        var samples = samples
        var status: VO_U32 = 0
        samples.withUnsafeMutableBytes { samples in
            var input = VO_CODECBUFFER(
                Buffer: samples.baseAddress?.assumingMemoryBound(to: UInt8.self), Length: VO_U32(samples.count), Time: 0)
            status = library.interface.SetInputData(handle, &input)
            guard status == 0 else { return }
            file.writeWithUnsafeMutableBytes(minimumWritableBytes: AACWriter.frameBytesMax) { bytes in
                var output = VO_CODECBUFFER(
                    Buffer: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Length: VO_U32(AACWriter.frameBytesMax),
                    Time: 0)
                var about = VO_AUDIO_OUTPUTINFO()
                status = library.interface.GetOutputData(handle, &output, &about)
                return status == 0 ? Int(output.Length) : 0
            }
        }
        guard status == 0 else { throw SpeechFault("vo-aacenc: error \(String(status, radix: 16))") }
    }
}
