import NIOCore

/// The header that espeak-ng writes in front of its samples: RIFF WAVE of one channel and 16 bits, its chunks in the usual order.
struct WAVHeader {
    static let bytes = 44

    let hertz: Int

    /// Takes it from the front.
    /// - Returns: nil when it is another, or not all there.
    init?(_ file: inout ByteBuffer) {
        guard let riff = file.readString(length: 4), riff == "RIFF", file.readInteger(as: UInt32.self) != nil,
            file.readString(length: 8) == "WAVEfmt ", number(UInt32.self, &file) == 16, number(UInt16.self, &file) == 1,
            number(UInt16.self, &file) == 1, let hertz = number(UInt32.self, &file), (8_000...48_000).contains(hertz),
            number(UInt32.self, &file) == hertz * 2, number(UInt16.self, &file) == 2, number(UInt16.self, &file) == 16,
            file.readString(length: 4) == "data", file.readInteger(as: UInt32.self) != nil
        else { return nil }
        self.hertz = Int(hertz)
    }
}

private func number<Number: FixedWidthInteger>(_ type: Number.Type, _ file: inout ByteBuffer) -> Number? {
    file.readInteger(endianness: .little)
}
