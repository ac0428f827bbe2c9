/// How large the parts of a request for images may be; those of the picture itself are the prompt's own.
package enum ImageRequestLimits {
    /// UTF-8 bytes of a name to choose by: model, scheduler, size, format. The longest that exists has 32.
    package static let nameBytesMax = 256
    /// Bytes of the address that is told of a job's end; more than any server takes in a request line.
    package static let callbackBytesMax = 2048
    /// UTF-8 bytes of a signature that is looked at: ours have 43, and no longer one can be right.
    package static let signatureBytesMax = 128
    /// UTF-8 bytes of the `user` of a request, which is looked at by nobody; OpenAI's clients send an id or a hash.
    package static let userBytesMax = 2048
    /// Names of members that are reported as dropped.
    package static let droppedNamesMax = 16
    /// UTF-8 bytes of such a name.
    package static let droppedNameBytesMax = 64
    /// Pictures of one request to `/v1/images/generations`; OpenAI's own limit.
    package static let imagesMax = 10
}
