package import NIOCore

/// What the engines for Stable Diffusion servers bound, and why.
package enum StableDiffusionLimits {
    /// One picture: the slowest sampler at the largest size on a slow card, with a checkpoint of 7 GB to load first. Whoever asks may give up
    /// sooner.
    package static let paintTime = TimeAmount.seconds(600)
    /// Lists, progress, a submission: answered from memory, though a server that paints is slow to answer anything.
    package static let askTime = TimeAmount.seconds(10)
    /// How long after a job was given up it is still looked for, to be stopped when its turn comes.
    static let goodbyeTime = TimeAmount.seconds(5)
    /// How often AUTOMATIC1111's kind is asked for progress: its own page does so twice a second.
    static let webUIPollTime = TimeAmount.milliseconds(500)
    /// How often stable-diffusion.cpp is asked for a job: the picture waits for it.
    static let cppPollTime = TimeAmount.milliseconds(250)
    /// Samplers, schedulers, checkpoints: entries of one list that are read; the largest collections of checkpoints have some thousands.
    static let listEntriesMax = 20_000
    /// Bytes of a job's name; stable-diffusion.cpp's have some twenty.
    static let jobNameBytesMax = 128
    /// Names that a report lists.
    static let reportedNamesMax = 18
}
