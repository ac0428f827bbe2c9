import Inference

/// Reads the `url` of an image part: a data URL, known then by its header, or an https address that is never fetched here.
enum ImageURL {
    static func read(_ text: JSONText) throws(ImageFault) -> PromptImage.Source {
        // PHP writes every slash as `\/`; only such texts are copied.
        guard !text.isPlain else { return try read(text.raw) }
        let decoded = Array(text.decoded)
        let result: Result<PromptImage.Source, ImageFault> = decoded.withUnsafeBytes { bytes in
            do throws(ImageFault) { return .success(try read(bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(ImageFault) -> PromptImage.Source {
        if bytes.startsIgnoringCase("data:") { return try readData(UnsafeRawBufferPointer(rebasing: bytes[5...])) }
        guard bytes.startsIgnoringCase("https://") else { throw .address("must be a data URL or begin with https://") }
        guard bytes.count <= ChatRequestLimits.addressBytesMax else {
            throw .address("is longer than \(ChatRequestLimits.addressBytesMax) bytes")
        }
        return .address(host: try PublicHost.read(String(decoding: bytes[8...], as: UTF8.self)))
    }

    /// - Parameter bytes: behind `data:`. Source: RFC 2397.
    private static func readData(_ bytes: UnsafeRawBufferPointer) throws(ImageFault) -> PromptImage.Source {
        // A media type and a few parameters; no need to look for the comma any further.
        guard let comma = bytes.prefix(128).firstIndex(of: UInt8(ascii: ",")) else {
            throw .address("must carry base64 data, as in data:image/png;base64,iVBORw0KGgo=")
        }
        let head = String(decoding: bytes[..<comma], as: UTF8.self).lowercased()
        let parameters = head.split(separator: ";", omittingEmptySubsequences: false)
        let type = String(parameters.first ?? "")
        guard ["image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif"].contains(type) else {
            throw .mediaType(type.cutShort)
        }
        guard parameters.last == "base64" else {
            throw .address("must carry base64 data, as in data:image/png;base64,iVBORw0KGgo=")
        }
        let data = UnsafeRawBufferPointer(rebasing: bytes[(comma + 1)...])
        guard !data.isEmpty else { throw .empty }
        guard let image = Base64Bytes(data) else { throw .base64 }
        guard image.count > 0 else { throw .empty }
        guard image.count <= ChatRequestLimits.imageBytesMax else { throw .tooManyBytes(image.count) }
        let header = try ImageHeader.read(image)
        guard header.width <= ChatRequestLimits.imagePixelsMax / header.height else {
            throw .tooManyPixels(width: header.width, height: header.height)
        }
        return .data(format: header.format, width: header.width, height: header.height, bytes: image.count)
    }
}

extension UnsafeRawBufferPointer {
    /// - Parameter prefix: in lower case.
    fileprivate func startsIgnoringCase(_ prefix: StaticString) -> Bool {
        guard count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount {
            let byte = self[index]
            let lower = 0x41...0x5A ~= byte ? byte | 0x20 : byte
            guard lower == prefix.utf8Start[index] else { return false }
        }
        return true
    }
}
