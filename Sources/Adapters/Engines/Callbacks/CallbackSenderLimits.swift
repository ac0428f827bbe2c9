import NIOCore

/// What is bounded in calling addresses that strangers chose, and why.
enum CallbackSenderLimits {
    /// All of an attempt, the name's resolution included: whoever takes longer to say "heard" is asked again later.
    static let time = TimeAmount.seconds(10)
    /// One connection's TCP handshake, so that there is time for another address.
    static let connectTime = TimeAmount.seconds(4)
    /// Addresses of a name that are tried when earlier ones cannot be reached: one of each family, and one more.
    static let addressesMax = 3
    /// Bytes of an answer, its head included: all that is wanted of it is its status.
    static let answerBytesMax = 4096
    /// Threads that resolve names: a lookup blocks, and one that no server answers may do so for half a minute.
    static let lookupThreads = 16
    /// Lookups that wait for one of them: more are failed at once.
    static let lookupsMax = 64
}
