import NIOCore

/// The bounds of one chat.
enum ChatLimits {
    /// After so many tokens the amount delivered is noted, so that a crash loses track of little.
    static let checkpointTokens = 64
    /// … or after this time, whichever comes first.
    static let checkpointInterval = TimeAmount.seconds(1)
    /// How long an answer is read on for a caller who left, on engines that bill it anyway.
    static let drainTime = TimeAmount.seconds(30)
    /// How many answers are read on at once; beyond it the call is cut instead.
    static let drainsMax = 256
    /// How long an engine holds whole bounds after output of its own went unseen: long enough that it hardly pays to try, short
    /// enough that one odd answer is soon forgotten.
    static let doubtTime = TimeAmount.minutes(10)
    /// Beyond twice what was metered, so many tokens are put down to the form of an answer: role, tool and end marks.
    static let unseenTokensMax = 64
}
