import Inference
import NIOCore
import Testing
import Units

@testable import Wire

@Suite struct JobAnswerTests {
    private static let image = DeliveredImage(
        url: "https://example.com/images/0f.webp",
        prompt: ImagePrompt(
            model: "realvision", prompt: "a", scheduler: .dpmPP2MKarras, width: 1152, height: 768, seed: nil, format: .webp),
        seed: 4_294_967_295, substitute: nil, cost: Money(nanodollars: 1_500_000), expiry: Instant(seconds: 1_800_000_000))

    private static let success =
        #""status":"success","image_url":"https://example.com/images/0f.webp","message":"success","seed":4294967295,"#
        + #""model":"realvision","scheduler":"DPM++ 2M Karras","width":1152,"height":768,"format":"webp","cost":"0.001500","#
        + #""expires_at":"2027-01-15T08:00:00.000000Z""#

    private func written(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(buffer: buffer)
    }

    @Test(arguments: [
        (
            JobAnswer.pending(position: 3),
            #""status":"pending","image_url":null,"message":"waiting for an engine","progress":0.0,"queue_position":3"#, false
        ),
        (
            .processing(progress: 0.5),
            #""status":"processing","image_url":null,"message":"the picture is being made","progress":0.5,"queue_position":0"#,
            false
        ),
        (.success(image), success, true),
        (
            .failed(message: "the engine was \"lost\""),
            #""status":"error","image_url":null,"message":"the engine was \"lost\"","code":"job_failed""#, true
        ),
        (.cancelled, #""status":"error","image_url":null,"message":"the job was cancelled","code":"job_cancelled""#, true),
        (.expired, #""status":"error","image_url":null,"message":"the picture has expired","code":"image_expired""#, true),
        (
            .unknown,
            #""status":"error","image_url":null,"message":"there is no such job, or its signature is wrong","code":"job_not_found""#,
            true
        ),
        (
            .refused(message: "m", code: "c"), #""status":"error","image_url":null,"message":"m","code":"c""#, true
        ),
    ])
    func `every state has its bytes, as an answer and as an event`(answer: JobAnswer, members: String, isLast: Bool) throws {
        let text = written(answer.write)
        #expect(text == "{\(members)}")
        #expect(try JSONValue(parsing: text)["status"]?.string != nil)
        #expect(answer.isLast == isLast)
        #expect(written(answer.writeEvent) == "event: \(isLast ? "done" : "progress")\ndata: {\(members)}\n\n")
    }

    @Test func `events are read again as they were written`() throws {
        let answers: [JobAnswer] = [.pending(position: 1), .processing(progress: 0.25), .failed(message: "a\n\nevent: done\r\n")]
        var stream = ByteBuffer()
        for answer in answers { answer.writeEvent(into: &stream) }
        var reader = EventStreamReader()
        var events: [ServerEvent] = []
        reader.append(stream)
        while let event = try reader.next() { events.append(event) }
        #expect(events.map(\.name) == ["progress", "progress", "done"])
        #expect(events.map { String(buffer: $0.data) } == answers.map { written($0.write) })
    }

    @Test(
        arguments: [
            (0.0, "0.0"), (-1, "0.0"), (.nan, "0.0"), (0.0004, "0.0"), (0.25, "0.25"), (0.3333333, "0.333"), (0.9999, "0.999"),
            (1, "1.0"),
            (2, "1.0"), (.infinity, "1.0"),
        ] as [(Double, String)])
    func `progress is a number from 0 to 1, and 1 is said only when all is done`(progress: Double, text: String) {
        #expect(written(JobAnswer.processing(progress: progress).write).contains(#""progress":\#(text),"#))
    }

    @Test func `a scheduler that was used instead is told`() {
        let image = DeliveredImage(
            url: "u", prompt: ImagePrompt(model: "m", prompt: "p"), seed: 1, substitute: "euler_a / discrete",
            cost: Money(nanodollars: 0),
            expiry: Instant(seconds: 0))
        #expect(written(JobAnswer.success(image).write).contains(#""scheduler":"euler_a / discrete""#))
    }

    @Test(arguments: [
        (JobAnswer.success(image), "image.finished", success),
        (
            .failed(message: "the picture took too long"), "image.failed",
            #""status":"error","image_url":null,"message":"the picture took too long","code":"job_failed""#
        ),
        (
            .cancelled, "image.cancelled",
            #""status":"error","image_url":null,"message":"the job was cancelled","code":"job_cancelled""#
        ),
    ])
    func `a callback says what the answer says`(answer: JobAnswer, type: String, members: String) throws {
        let body = try #require(CallbackBody(of: JobID(12_345_678), answer, ended: Instant(microseconds: 1_800_000_000_500_000)))
        #expect(
            written(body.write)
                == #"{"type":"\#(type)","timestamp":"2027-01-15T08:00:00.500000Z","data":{"jobid":12345678,\#(members)}}"#)
    }

    @Test(arguments: [
        JobAnswer.pending(position: 1), .processing(progress: 1), .unknown, .expired, .refused(message: "m", code: "c"),
    ])
    func `a job that is not over is not told of`(answer: JobAnswer) {
        #expect(CallbackBody(of: JobID(1), answer, ended: Instant(seconds: 0)) == nil)
    }
}
