package import NIOCore

/// What the engines for Stable Diffusion servers bound, and why.
package enum StableDiffusionLimits {
    /// One picture: the slowest sampler at the largest size on a slow card, with a checkpoint of 7 GB to load first. Whoever asks
    /// may give up sooner.
    package static let paintTime = TimeAmount.seconds(600)
    /// Lists, progress, a submission: answered from memory, though a server that paints is slow to answer anything.
    package static let askTime = TimeAmount.seconds(10)
    /// How long after a job was given up it is still looked for, to be stopped when its turn comes.
    static let goodbyeTime = TimeAmount.seconds(5)
    /// How often AUTOMATIC1111's kind is asked for progress: its own page does so twice a second.
    static let webUIPollTime = TimeAmount.milliseconds(500)
    /// How often stable-diffusion.cpp is asked for a job: the picture waits for it.
    static let cppPollTime = TimeAmount.milliseconds(250)
    /// Entries of one list of samplers, schedulers or checkpoints: the largest collections have some thousands, and more would
    /// have more keys than a document may have.
    static let listEntriesMax = 8_000
    /// Bytes of a checkpoint's name: Linux takes 255 of a file's, and it may lie in a folder.
    static let nameBytesMax = 512
    /// Bytes of a job's name; stable-diffusion.cpp's have some twenty.
    static let jobNameBytesMax = 128
}
