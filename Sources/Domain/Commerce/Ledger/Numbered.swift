/// Values by numbers that were given out one after the other, from 1: to look one up is to index an array, not to hash.
///
/// Open to inlining, because it is generic and other rooms look things up with it for every entry.
public struct Numbered<Value: Sendable>: Sendable {
    @usableFromInline var values: [Value?] = []

    @inlinable public init() {}

    @inlinable public init(_ pairs: some Sequence<(Int64, Value)>) {
        for (number, value) in pairs { self[number] = value }
    }

    /// nil: no value has this number. What was given out stays: nil is never set.
    @inlinable public subscript(number: Int64) -> Value? {
        get { number >= 0 && number < values.count ? values[Int(number)] : nil }
        _modify {
            precondition(number >= 0, "numbers begin with 1")
            while values.count <= number { values.append(nil) }
            yield &values[Int(number)]
        }
    }

    /// In the order of their numbers.
    public var pairs: some Sequence<(Int64, Value)> {
        values.enumerated().lazy.compactMap { place, value in value.map { (Int64(place), $0) } }
    }
}
