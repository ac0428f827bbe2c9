import Units

/// What a reply must know of its request.
struct Turn {
    var request = RequestID("")
    /// HEAD: the head of the reply is all there is.
    var isHead = false
    var isHTTP10 = false
    /// What is counted and logged of it.
    var served = Served()
    /// It was counted and logged.
    var isRecorded = false
    /// The connection is used again after this.
    var keepsAlive = false
}
