import ArgumentParser

/// `1152x768`: what a picture measures, in pixels. Which sizes there are the server knows.
struct PictureSize: Hashable, Sendable {
    let width: Int
    let height: Int

    /// - Throws: `ValidationError` for anything but two numbers around an `x`.
    init(text: String) throws {
        let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
        let numbers = sides.compactMap { side in side.allSatisfy { ("0"..."9").contains($0) } ? Int(side) : nil }
        guard sides.count == 2, numbers.count == 2 else { throw ValidationError("expected a size such as 1152x768") }
        (width, height) = (numbers[0], numbers[1])
    }
}
