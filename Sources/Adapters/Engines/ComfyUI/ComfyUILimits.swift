import NIOCore

/// What the ComfyUI engine bounds, and why.
enum ComfyUILimits {
    /// How often a job is looked for: as often as clients of such services poll. A step of any sampler takes about as long.
    static let pollTime = TimeAmount.milliseconds(250)
    /// How long a job may be in neither the queue nor the history before it counts as lost. Servers move it from one to the other
    /// in one step; proxies in front of several may take a moment.
    static let graceTime = TimeAmount.seconds(2)
    /// How long a server may leave questions after a job unanswered: while it loads a checkpoint its interpreter is busy for
    /// seconds.
    static let patienceTime = TimeAmount.seconds(20)
    /// How long one question may take: answers are small, and the server answers from memory.
    static let askTime = TimeAmount.seconds(10)
    /// How long the picture itself may take: some megabytes.
    static let viewTime = TimeAmount.seconds(30)
    /// How long a job that was given up is looked after, and each question in it may take: an engine's hand waits for it.
    static let goodbyeTime = TimeAmount.seconds(3)
    /// Jobs handed to one server at a time. It works on one; more only wait in its queue instead of ours.
    static let concurrencyRange = 1...16
    /// Bytes of a file's name, of its folder and of its type, as they are sent back to the server.
    static let fileNameBytesMax = 1024
    /// Words of a server's that are kept for the log, and how long each may be: types of errors and names of nodes.
    static let wordsMax = 8
    static let wordBytesMax = 64
    /// What a size is a multiple of. Source: `EmptyLatentImage`, whose latent pixels are eight pixels wide.
    static let sideStep = 8
}
