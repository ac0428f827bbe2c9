import Inference

extension Picture {
    /// A picture that a decoder writes.
    /// - Parameter fill: writes ``PictureSize/bytes`` bytes and returns true, or returns false, whatever it has written.
    /// - Returns: nil when it could not.
    init?(_ size: PictureSize, filledBy fill: (UnsafeMutablePointer<UInt8>) -> Bool) {
        guard let pixels = [UInt8](bytes: size.bytes, filledBy: fill) else { return nil }
        self.init(width: size.width, height: size.height, pixels: pixels)
    }

    /// A picture that a decoder writes with alpha, four bytes a pixel, laid on white as browsers do it: on the values as they are
    /// stored, not on light.
    init?(onWhite size: PictureSize, filledBy fill: (UnsafeMutablePointer<UInt8>) -> Bool) {
        guard let layered = [UInt8](bytes: size.pixels * 4, filledBy: fill) else { return nil }
        self.init(size) { flat in
            layered.withUnsafeBufferPointer { layered in
                for pixel in 0..<size.pixels {
                    let alpha = UInt32(layered[pixel * 4 + 3])
                    for channel in 0..<3 {
                        let sum = UInt32(layered[pixel * 4 + channel]) * alpha + 255 * (255 - alpha)
                        flat[pixel * 3 + channel] = UInt8(truncatingIfNeeded: (sum + 127) / 255)
                    }
                }
            }
            return true
        }
    }
}

extension [UInt8] {
    /// `count` bytes that `fill` writes; nil when it returns false. What it did not write is zero: memory is never shown as it was found.
    fileprivate init?(bytes count: Int, filledBy fill: (UnsafeMutablePointer<UInt8>) -> Bool) {
        var isFilled = false
        self.init(unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.initialize(repeating: 0)
            if let start = buffer.baseAddress { isFilled = fill(start) }
            initialized = count
        }
        guard isFilled else { return nil }
    }
}
