import Commerce
import Units

extension Section {
    /// The price of a model that has one rate: what is written, `free: true`, or what is built in.
    /// - Parameters:
    ///   - name: its key, `characters`.
    ///   - unit: what is counted by the million.
    /// - Returns: nil: there is none, or what is wrong with it has been said.
    func singleRate(_ name: String, of unit: String, builtIn: Rate?) -> Rate? {
        let isFree = setting("free") != nil && truth("free", default: false)
        let rate = self.rate(name)
        if isFree { return .free }
        guard let rate else {
            guard let builtIn, !isWritten else {
                if isWritten, setting(name) == nil {
                    reading.add("expected US dollars per million \(unit), got nothing", at: path(name), origin)
                }
                return nil
            }
            reading.record(path(name), builtIn.dollarsPerMillion, .builtIn)
            return builtIn
        }
        if rate == .free { reading.add("a model that costs nothing says so with free: true", at: path, origin) }
        return rate
    }
}
