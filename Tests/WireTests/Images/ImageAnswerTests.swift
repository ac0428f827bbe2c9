import Foundation
import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct ImageAnswerTests {
    private func written(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(buffer: buffer)
    }

    @Test func `a submission is answered as the reference shows it`() {
        #expect(
            written(SubmissionAnswer.accepted(JobID(12_345_678), signature: "abcxyz123").write)
                == #"{"status":"success","jobid":12345678,"signature":"abcxyz123"}"#)
        #expect(
            written(SubmissionAnswer.refused(message: "steps must be between 1 and 8, got 9", code: "c").write)
                == #"{"status":"error","jobid":null,"signature":null,"message":"steps must be between 1 and 8, got 9","code":"c"}"#
        )
    }

    @Test(arguments: RequestFault.Kind.allCases)
    func `a refusal always has a code`(kind: RequestFault.Kind) throws {
        let fault = RequestFault(kind, message: "m")
        for text in [written(SubmissionAnswer(fault).write), written(JobAnswer(fault).write)] {
            let code = try #require(try JSONValue(parsing: text)["code"]?.string)
            #expect(code.wholeMatch(of: /[a-z_]+/) != nil)
        }
        #expect(SubmissionAnswer(RequestFault(kind, message: "m", code: "own")) == .refused(message: "m", code: "own"))
    }

    @Test(arguments: [("insufficient_quota", "insufficient_quota"), (nil, "server_error")] as [(String?, String)])
    func `an error of the other dialect keeps its code or its type`(code: String?, kept: String) {
        let error = ErrorBody(message: "m", type: "server_error", code: code)
        #expect(SubmissionAnswer(error) == .refused(message: "m", code: kept))
        #expect(JobAnswer(error) == .refused(message: "m", code: kept))
    }

    @Test func `generations have OpenAI's shape and their seeds`() {
        let images = [
            GenerationAnswer.Image(.url("https://example.com/?x=\"1\""), seed: 1), .init(.file([0xFB, 0xFF]), seed: 2),
        ]
        #expect(
            written(GenerationAnswer(created: 1_800_000_000, images: images).write)
                == #"{"created":1800000000,"data":[{"url":"https://example.com/?x=\"1\"","seed":1},{"b64_json":"+/8=","seed":2}]}"#
        )
    }

    @Test(arguments: 0..<200)
    func `base64 is what others make of it`(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let text = written { $0.writeBase64(bytes) }
        #expect(text == Data(bytes).base64EncodedString())
        #expect(text.utf8.count == ByteBuffer.base64Bytes(of: count))
    }
}
