import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct ImageRequestTests {
    /// A body that has what is required and `members`.
    private func request(_ members: String) throws(RequestFault) -> ImageRequest {
        try ImageRequest.read(ByteBuffer(string: #"{"model":"realvision","prompt":"a lighthouse",\#(members)}"#)) {
            $0 == "realvision"
        }
    }

    private func refusal(_ members: String, allowsLoopback: Bool = false) -> RequestFault? {
        let body = ByteBuffer(string: #"{"model":"realvision","prompt":"a lighthouse",\#(members)}"#)
        do throws(RequestFault) {
            _ = try ImageRequest.read(body, allowsLoopbackCallback: allowsLoopback) { $0 == "realvision" }
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        ("1", 1), ("8", 8), ("4.0", 4), ("4.000", 4), ("8.0", 8),
    ])
    func `steps are integers, however many zeros follow their point`(written: String, steps: Int) throws {
        #expect(try request(#""steps":\#(written)"#).prompt.steps == steps)
    }

    @Test(arguments: [
        ("steps", "0", "steps must be between 1 and 8, got 0"),
        ("steps", "9", "steps must be between 1 and 8, got 9"),
        ("steps", "9.0", "steps must be between 1 and 8, got 9.0"),
        ("steps", "-1", "steps must be between 1 and 8, got -1"),
        ("steps", "99999999999999999999", "steps must be between 1 and 8, got 99999999999999999999"),
        ("steps", "-99999999999999999999", "steps must be between 1 and 8, got -99999999999999999999"),
        ("steps", "4.5", "steps must be an integer, got 4.5"),
        ("steps", "4e0", "steps must be an integer, got 4e0"),
        ("steps", "40e-1", "steps must be an integer, got 40e-1"),
        ("steps", #""4""#, #"steps must be an integer, got the string "4""#),
        ("steps", "true", "steps must be an integer, got true"),
        ("steps", "[4]", "steps must be an integer, got an array"),
        ("steps", "{}", "steps must be an integer, got an object"),
        ("width", "255", "width must be between 256 and 1344, got 255"),
        ("width", "1345", "width must be between 256 and 1344, got 1345"),
        ("height", "255.0", "height must be between 256 and 1344, got 255.0"),
        ("height", "1345", "height must be between 256 and 1344, got 1345"),
        ("height", "512.25", "height must be an integer, got 512.25"),
        ("cfgScale", "0.99", "cfgScale must be between 1 and 7, got 0.99"),
        ("cfgScale", "7.001", "cfgScale must be between 1 and 7, got 7.001"),
        ("cfgScale", "1e400", "cfgScale must be between 1 and 7, got 1e400"),
        ("cfgScale", "-1e400", "cfgScale must be between 1 and 7, got -1e400"),
        ("cfgScale", #""2""#, #"cfgScale must be a number, got the string "2""#),
        ("seed", "-2", "seed must be between 0 and 4294967295, or -1 for any, got -2"),
        ("seed", "4294967296", "seed must be between 0 and 4294967295, or -1 for any, got 4294967296"),
        ("seed", "0.5", "seed must be an integer, got 0.5"),
        ("negativePrompt", "1", "negativePrompt must be a string, got 1"),
        ("negativePrompt", #""a\u0000""#, "negativePrompt must not contain the character U+0000"),
        ("scheduler", "4", "scheduler must be a string, got 4"),
        ("scheduler", #""euler a""#, #"scheduler must be one of 18 names, got "euler a": did you mean "Euler a"?"#),
        (
            "scheduler", #""DPM++ 2M Karas""#,
            #"scheduler must be one of 18 names, got "DPM++ 2M Karas": did you mean "DPM++ 2M Karras"?"#
        ),
        ("format", #""gif""#, #"format must be one of "png", "jpeg", "webp", "jpg", got "gif""#),
        ("format", #""PNG""#, #"format must be one of "png", "jpeg", "webp", "jpg", got "PNG""#),
        ("callback_url", "7", "callback_url must be a string, got 7"),
    ])
    func `a field beyond its bounds is refused in a sentence`(field: String, value: String, sentence: String) {
        let fault = refusal(#""\#(field)":\#(value)"#)
        #expect(fault?.kind == .invalid)
        #expect(fault?.message == sentence)
        #expect(fault?.param == field)
        #expect(fault?.code != nil)
    }

    @Test(arguments: [
        ("1", 100), ("7", 700), ("7.0", 700), ("2.5", 250), ("1.25", 125), ("2.1999999999999997", 220), ("3.14159", 314),
        ("1.996", 200), ("1.5e0", 150), ("70e-1", 700), ("1.0", 100),
    ])
    func `the scale is kept to the nearest hundredth`(written: String, hundredths: Int) throws {
        #expect(try request(#""cfgScale":\#(written)"#).prompt.cfgHundredths == hundredths)
    }

    @Test(
        arguments: [("-1", nil), ("-1.0", nil), ("null", nil), ("0", 0), ("4294967295", 4_294_967_295), ("7.0", 7)]
            as [(String, Int64?)])
    func `a seed is the caller's own or any`(written: String, seed: Int64?) throws {
        #expect(try request(#""seed":\#(written)"#).prompt.seed == seed)
    }

    @Test(arguments: Scheduler.allCases)
    func `every scheduler of the reference is taken by its name`(scheduler: Scheduler) throws {
        #expect(try request(#""scheduler":"\#(scheduler.rawValue)""#).prompt.scheduler == scheduler)
    }

    @Test(arguments: [("png", PictureFormat.png), ("jpeg", .jpeg), ("jpg", .jpeg), ("webp", .webp)])
    func `a format has its name, and JPEG two`(name: String, format: PictureFormat) throws {
        #expect(try request(#""format":"\#(name)""#).prompt.format == format)
    }

    @Test(arguments: [(ImagePrompt.textBytesMax, true), (ImagePrompt.textBytesMax + 1, false)])
    func `texts are bounded in bytes`(bytes: Int, isTaken: Bool) {
        let text = String(repeating: "é", count: bytes / 2) + String(repeating: "a", count: bytes % 2)
        let fault = refusal(#""negativePrompt":"\#(text)""#)
        #expect((fault == nil) == isTaken)
        if !isTaken { #expect(fault?.message == "negativePrompt must have at most 8000 bytes of UTF-8, got 8001") }
    }

    @Test(arguments: [
        #"{"model":"","prompt":"a"}"#, #"{"model":null,"prompt":"a"}"#, #"{"prompt":"a"}"#,
    ])
    func `a model is required`(body: String) {
        let fault = #expect(throws: RequestFault.self) { try ImageRequest.read(ByteBuffer(string: body)) { _ in true } }
        #expect(fault?.message == "model is required")
        #expect(fault?.code == "missing_required_parameter")
    }

    @Test func `a model nobody knows is told apart`() {
        let fault = #expect(throws: RequestFault.self) {
            try ImageRequest.read(ByteBuffer(string: #"{"model":"x","prompt":"a"}"#)) { _ in false }
        }
        #expect(fault?.kind == .modelUnknown)
        #expect(fault?.code == "model_not_found")
    }

    @Test(arguments: [#""""#, #"" ""#, #""\n\t\r""#, #""\u00a0\u2003\u3000""#])
    func `a blank prompt is refused`(written: String) {
        let body = ByteBuffer(string: #"{"model":"realvision","prompt":\#(written)}"#)
        let fault = #expect(throws: RequestFault.self) { try ImageRequest.read(body) { _ in true } }
        #expect(fault?.message == "prompt must not be blank")
    }

    @Test(arguments: [
        ("https://example.com", "https://example.com"),
        ("https://example.com/", "https://example.com/"),
        ("HTTPS://Example.COM:8443/a?b=c", "https://Example.COM:8443/a?b=c"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x"),
    ])
    func `a callback is an address of the public net`(written: String, kept: String) throws {
        #expect(try request(#""callback_url":"\#(written)""#).callback == kept)
    }

    @Test(arguments: [
        "", "/done", "example.com", "http://example.com/", "ftp://example.com/", "https:/example.com", "https://", "https:///x",
        "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/latest",
        "https://printer/", "https://db.internal/", "https://0x7f.1/", "https://2130706433/", "https://a:b@example.com/",
        "https://a@example.com/", "https://example.com:0/", "https://example.com:99999/", "https://example.com/#part",
        "https://example.com/ä", "https://ex ample.com/", #"https://example.com\\@10.0.0.1/"#, "http://localhost:3000/",
        "javascript:alert(1)",
    ])
    func `a callback elsewhere is refused without repeating it`(written: String) {
        let fault = refusal(#""callback_url":"\#(written)""#)
        #expect(fault?.param == "callback_url")
        #expect(fault?.code == "invalid_value")
        #expect(fault?.message.contains("secret") == false)
        if written.utf8.count > 10 { #expect(fault?.message.contains(written) == false) }
    }

    @Test(arguments: [
        ("http://localhost:3000/done", true), ("http://127.0.0.1/", true), ("http://[::1]:8080/", true),
        ("https://localhost/", true),
        ("https://example.com/", true), ("http://example.com/", false), ("http://localhost.example.com/", false),
        ("http://127.0.0.1.example.com/", false), ("http://localhost@example.com/", false),
        ("http://127.0.0.1:80@example.com/", false),
        ("http://localhost:/", false), ("http://localhost:0/", false), ("http://localhost:99999/", false),
        ("http://127.0.0.2/", false),
        ("http://[::1]x/", false), ("ftp://localhost/", false),
    ])
    func `a callback to this machine is taken where that is allowed`(written: String, isTaken: Bool) {
        #expect((refusal(#""callback_url":"\#(written)""#, allowsLoopback: true) == nil) == isTaken)
    }

    @Test(arguments: [(2048, true), (2049, false)])
    func `a callback's address is bounded`(bytes: Int, isTaken: Bool) {
        let start = "https://example.com/"
        let address = start + String(repeating: "a", count: bytes - start.utf8.count)
        #expect((refusal(#""callback_url":"\#(address)""#) == nil) == isTaken)
    }

    @Test func `dropped names are bounded and fit for a header`() throws {
        let many = (0..<100).map { #""x\#($0)":[1]"# }.joined(separator: ",")
        let request = try request(#""bad\r\nname":1,"é":2,"\#(String(repeating: "y", count: 65))":3,\#(many)"#)
        #expect(request.droppedMembers == (0..<16).map { "x\($0)" })
    }

    @Test func `values in messages are cut short`() {
        let long = String(repeating: "x", count: 250)
        #expect((refusal(#""scheduler":"\#(long)""#)?.message.count ?? .max) < 400)
        #expect((refusal(#""steps":"\#(long)""#)?.message.count ?? .max) < 150)
        #expect((refusal(#""steps":1\#(String(repeating: "0", count: 5000))"#)?.message.count ?? .max) < 150)
    }

    @Test(arguments: [
        #"{"model":"realvision","prompt":"\ud83d"}"#, #"{"model":"realvision","prompt":"\udc00"}"#, "", "{",
        #"{"model":"realvision",}"#,
        #"{"model":"realvision","prompt":"a"}}"#, "{\"model\":\"realvision\",\"prompt\":\"a\nb\"}", #"{"seed":01}"#,
        #"{"seed":NaN}"#,
    ])
    func `what is no JSON is refused as such`(body: String) {
        let fault = #expect(throws: RequestFault.self) { try ImageRequest.read(ByteBuffer(string: body)) { _ in true } }
        #expect(fault?.kind == .malformed)
    }

    @Test func `a body is read where it begins`() throws {
        var body = ByteBuffer(string: #"head{"model":"realvision","prompt":"a","steps":7}"#)
        body.moveReaderIndex(forwardBy: 4)
        #expect(try ImageRequest.read(body) { _ in true }.prompt.steps == 7)
    }
}
