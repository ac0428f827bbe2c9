/// What a run, or many, amounted to: shows that a simulation went where things go wrong.
package struct SimulationFigures: Sendable, CustomStringConvertible {
    package internal(set) var steps = 0
    package internal(set) var lives = 0
    package internal(set) var crashes = 0
    /// Orderly ones.
    package internal(set) var stops = 0
    package internal(set) var commits = 0
    package internal(set) var refused = 0
    package internal(set) var enginesAsked = 0
    package internal(set) var whole = 0
    package internal(set) var measured = 0
    package internal(set) var counted = 0
    package internal(set) var released = 0
    package internal(set) var provisional = 0
    package internal(set) var writtenOff = 0
    package internal(set) var extended = 0
    package internal(set) var left = 0
    package internal(set) var stopped = 0

    package init() {}

    package static func += (sum: inout SimulationFigures, more: SimulationFigures) {
        sum.steps += more.steps
        sum.lives += more.lives
        sum.crashes += more.crashes
        sum.stops += more.stops
        sum.commits += more.commits
        sum.refused += more.refused
        sum.enginesAsked += more.enginesAsked
        sum.whole += more.whole
        sum.measured += more.measured
        sum.counted += more.counted
        sum.released += more.released
        sum.provisional += more.provisional
        sum.writtenOff += more.writtenOff
        sum.extended += more.extended
        sum.left += more.left
        sum.stopped += more.stopped
    }

    package var description: String {
        """
        \(steps) steps, \(lives) starts, \(crashes) crashes, \(stops) orderly stops, \(commits) commits
        \(refused) refused, \(enginesAsked) orders to engines, \(whole) answers seen whole, \(left) callers hung up
        \(measured) settled as measured, \(counted) as counted, \(released) released, \(provisional) provisional, \
        \(extended) extensions, \(stopped) stopped for want of money, \(writtenOff) written off
        """
    }
}
