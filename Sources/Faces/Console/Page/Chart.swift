import Units

/// Money by day as bars, drawn without a script. What it shows stands in a table or in words beside it, too.
enum Chart {
    /// - Parameter days: oldest first.
    static func view(_ days: [(day: String, amount: Money)]) -> View {
        let most = max(days.map(\.amount).max() ?? .zero, Money(nanodollars: 1))
        let width = 720.0 / Double(max(days.count, 1))
        let bars = days.enumerated().map { index, day -> View in
            let share = Double(day.amount.nanodollars) / Double(most.nanodollars)
            let height = day.amount > .zero ? max(2, share * 140) : 0
            return [
                "x": .text(tenths(Double(index) * width + width * 0.12)), "y": .text(tenths(150 - height)),
                "width": .text(tenths(width * 0.76)), "height": .text(tenths(height)),
                "label": .text("\(day.day): $\(day.amount.brief)"),
            ]
        }
        return [
            "bars": .list(bars), "first": .text(days.first?.day ?? ""), "last": .text(days.last?.day ?? ""),
            "most": .text("$" + (days.map(\.amount).max() ?? .zero).brief),
        ]
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
