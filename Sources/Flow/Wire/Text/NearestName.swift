/// The name among `known` that was probably meant by `name`, if one is near enough.
package func nearestName(to name: String, among known: some Sequence<String>) -> String? {
    let nearest = known.map { (name: $0, distance: editDistance(name, $0)) }.min {
        ($0.distance, $0.name) < ($1.distance, $1.name)
    }
    guard let nearest, nearest.distance <= max(2, name.count / 3) else { return nil }
    return nearest.name
}

/// How many characters must be changed, added, dropped or swapped with their neighbour to get from one text to the other.
private func editDistance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.lowercased()), Array(right.lowercased()))
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for i in 1...left.count {
        var row = [i]
        for j in 1...right.count {
            let change = rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
            var least = min(change, rows[i - 1][j] + 1, row[j - 1] + 1)
            if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                least = min(least, rows[i - 2][j - 2] + 1)
            }
            row.append(least)
        }
        rows.append(row)
    }
    return rows[left.count][right.count]
}
