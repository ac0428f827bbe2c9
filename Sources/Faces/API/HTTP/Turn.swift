import Units

/// What a reply must know of its request. All on its connection's loop.
final class Turn {
    let request: RequestID
    /// HEAD: the head of the reply is all there is.
    let isHead: Bool
    var isHTTP10 = false
    /// What is counted and logged of it.
    var served = Served()
    /// It was counted and logged.
    var isRecorded = false
    /// The connection is used again after this.
    var keepsAlive = false

    init(request: RequestID = RequestID(""), isHead: Bool = false) {
        self.request = request
        self.isHead = isHead
    }
}
