/// Finds the little that matters in a long list that fails.
///
/// Delta debugging: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.
package enum Shrinker {
    /// A part of `list`, in its order, that still fails, and from which no single element can be struck out.
    /// - Precondition: `fails(list)`.
    package static func minimal<Element>(_ list: [Element], _ fails: ([Element]) -> Bool) -> [Element] {
        var list = list
        var size = max(1, list.count / 2)
        while true {
            var start = 0
            var struck = false
            while start < list.count {
                let rest = Array(list[..<start] + list[min(start + size, list.count)...])
                if fails(rest) {
                    list = rest
                    struck = true
                } else {
                    start += size
                }
            }
            if size == 1, !struck { return list }
            size = max(1, size / 2)
        }
    }

    /// The same list with its elements made as simple as they can be, one by one, so long as it fails.
    package static func simplest<Element>(
        _ list: [Element], simpler: (Element) -> [Element], _ fails: ([Element]) -> Bool
    ) -> [Element] {
        var list = list
        for index in list.indices {
            while let next = simpler(list[index]).lazy.map({ list.replacing(index, with: $0) }).first(where: fails) {
                list = next
            }
        }
        return list
    }
}

extension Array {
    fileprivate func replacing(_ index: Int, with element: Element) -> [Element] {
        var changed = self
        changed[index] = element
        return changed
    }
}
