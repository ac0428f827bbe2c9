import NIOCore

/// Whoever makes the answer to one request. All calls on the connection's loop.
protocol Exchange: AnyObject, Sendable {
    /// Begins to make the answer. When nothing is left to do, money and all, whether or not somebody still listens, it says so to
    /// ``ServingLoop/ended(_:on:)``, once, perhaps within this call.
    func begin()
    /// The connection is gone: nothing that is written will be heard.
    func callerLeft()
    /// The server goes down and waits no longer: the answer must end.
    /// - Returns: false when it is not told to the caller, so that its connection may be cut.
    func serverStops() -> Bool
    /// The connection's buffer went over its high or under its low mark.
    func writabilityChanged(isWritable: Bool)
    /// The caller has said all it will say, or more: it may have gone. Something harmless may be written to find out.
    func callerFellSilent()
    /// Called about once a second, to keep a silent answer alive.
    func lookAtDeadlines(_ now: NIODeadline)
}
