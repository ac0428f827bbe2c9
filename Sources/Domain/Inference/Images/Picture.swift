/// A picture as pixels: eight bits each of red, green and blue, row after row from the top, nothing between.
package struct Picture: Hashable, Sendable {
    package let width: Int
    package let height: Int
    package var pixels: [UInt8]

    /// - Precondition: three bytes for each pixel.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height * 3, "a picture has three bytes for each pixel")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The middle of it.
    /// - Returns: nil when it is smaller than that.
    package func cropped(width: Int, height: Int) -> Picture? {
        guard width <= self.width, height <= self.height else { return nil }
        guard width < self.width || height < self.height else { return self }
        let (left, top) = ((self.width - width) / 2, (self.height - height) / 2)
        var cut: [UInt8] = []
        cut.reserveCapacity(width * height * 3)
        for row in top..<top + height {
            let start = (row * self.width + left) * 3
            cut += pixels[start..<start + width * 3]
        }
        return Picture(width: width, height: height, pixels: cut)
    }
}

/// Where pictures are developed: pixels into files and files into pixels. The only place that decodes what an engine sent.
package protocol Darkroom: Sendable {
    /// A file without any metadata.
    func encode(_ picture: Picture, as format: PictureFormat) throws(DarkroomFault) -> [UInt8]
    /// Reads PNG, JPEG or WebP, told by its first bytes. Sizes are looked at before anything is decoded.
    func decode(_ file: [UInt8]) throws(DarkroomFault) -> Picture
}

package struct DarkroomFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// For logs: never shown to a caller.
    package let description: String
    package init(_ description: String) { self.description = description }
}
