/// What the darkroom takes at most. Files come from engines, which are trusted no further than any other stranger.
enum PictureLimits {
    /// Bytes of a file to be decoded: six times the largest picture anyone may ask for, uncompressed.
    static let fileBytesMax = 32 << 20
    /// Pixels of a picture, looked at before anything is decoded: 4096 × 4096, nine times the largest that may be asked for. It takes 48 MiB
    /// decoded, and up to 180 MiB while it is.
    static let pixelsMax = 1 << 24
    /// Pixels of one side: the most that JPEG and WebP both can say in every of their forms (WebP: 14 bits).
    static let sideMax = 16_383
    /// Chunks of a PNG: an encoder that writes 8 KiB at a time needs 4,096 for the largest file.
    static let chunksMax = 16_384
}
