/// Why an image is not taken. Codes: OpenAI's `ResponseErrorCode`.
enum ImageFault: Error, Hashable, Sendable {
    /// Not an address, or one that is not taken; the reason completes "the image URL …".
    case address(String)
    /// Declared as something that is not one of the four formats.
    case mediaType(String)
    case base64
    case empty
    /// None of the four formats, by its first bytes.
    case format
    /// More than one frame.
    case animated
    /// The header is cut short or contradicts itself.
    case header
    case tooManyBytes(Int)
    case tooManyPixels(width: Int, height: Int)

    var code: String {
        switch self {
        case .address: "invalid_image_url"
        case .mediaType: "unsupported_image_media_type"
        case .base64: "invalid_base64_image"
        case .empty: "empty_image_file"
        case .format, .animated: "invalid_image_format"
        case .header: "image_parse_error"
        case .tooManyBytes, .tooManyPixels: "image_too_large"
        }
    }

    /// Never the address or the data itself.
    var message: String {
        switch self {
        case .address(let reason): "the image URL \(reason)."
        case .mediaType(let type):
            "expected a base64-encoded data URL of type image/png, image/jpeg, image/webp or image/gif, but got '\(type)'."
        case .base64: "the image data is not valid base64."
        case .empty: "the image is empty."
        case .format: "expected an image of one of the formats png, jpeg, webp, gif, but got something else."
        case .animated: "expected an image of one frame, but got an animation."
        case .header: "the header of the image cannot be read."
        case .tooManyBytes(let bytes):
            "expected an image of at most \(ChatRequestLimits.imageBytesMax) bytes, but got \(bytes)."
        case .tooManyPixels(let width, let height):
            "expected an image of at most \(ChatRequestLimits.imagePixelsMax) pixels, but got \(width)x\(height)."
        }
    }
}
