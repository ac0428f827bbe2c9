/// Where bytes are cut into reads.
enum Cuts {
    /// Cuts of one to seven bytes that depend on the length alone, so that an input means one run.
    static func pieces(of count: Int) -> [Int] {
        var cuts: [Int] = []
        var at = 0
        var state: UInt32 = 2_166_136_261
        while true {
            state = (state ^ UInt32(truncatingIfNeeded: count)) &* 16_777_619
            at += 1 + Int(state >> 16) % 7
            if at >= count { return cuts }
            cuts.append(at)
        }
    }
}
