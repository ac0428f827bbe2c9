import Inference
import TestKit
import Testing

@Suite struct `A picture's name` {
    static let digits = String(repeating: "0a", count: 20)

    @Test(arguments: [
        "", ".", "..", ".png", "a.png", "../\(digits).png", "\(digits)", "\(digits).", "\(digits).gif", "\(digits).PNG",
        "\(digits).png.",
        "\(digits).png/", "/\(digits).png", "\(digits).jpeg", "\(digits).png\0", "\(digits)\0.png", "\(digits.dropLast()).png",
        "\(digits)0.png", "\(digits.uppercased()).png", "\(digits.dropLast())g.png", "..%2f\(digits.dropLast(5)).png",
        "\(digits.dropLast())０.png", "\(digits.dropLast(2))é.png", " \(digits).png", "\(digits).png\n",
        "0x\(digits.dropLast(2)).png",
        "../../../../../../../../../../etc/passwd", "\(digits.dropLast(3))/..\u{2f}.png",
    ])
    func `that is none is not read as one`(text: String) { #expect(BlobName(text) == nil) }

    @Test func `is read as it is written`() {
        for name in Given.names(30) { #expect(BlobName(name.description) == name) }
        #expect(Set(Given.names(300)).count == 300)
    }
}
