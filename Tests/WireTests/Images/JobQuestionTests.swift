import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct JobQuestionTests {
    @Test(arguments: [
        (#"{"jobid":"12345678","signature":"s"}"#, 12_345_678), (#"{"jobid":12345678,"signature":"s"}"#, 12_345_678),
        (#"{"jobid":12345678.0,"signature":"s","more":[{}]}"#, 12_345_678), (#"{"signature":"s","jobid":"1"}"#, 1),
        (#"{"jobid":9007199254740991,"signature":"s"}"#, JobID.max), (#"{"jobid":"00012","signature":"s"}"#, 12),
    ])
    func `a job is asked after by a number, written as one or as a string`(body: String, id: Int64) throws {
        let question = try #require(try JobQuestion.read(ByteBuffer(string: body)))
        #expect(question.id == JobID(id))
        #expect(question.signature == "s")
    }

    @Test(arguments: [
        "{}", "[]", "null", "7", #""12345678""#, "true", #"{"jobid":"12345678"}"#, #"{"signature":"s"}"#,
        #"{"jobid":null,"signature":"s"}"#, #"{"jobid":"12345678","signature":null}"#, #"{"jobid":"12345678","signature":""}"#,
        #"{"jobid":"12345678","signature":7}"#, #"{"jobid":0,"signature":"s"}"#, #"{"jobid":-1,"signature":"s"}"#,
        #"{"jobid":"+1","signature":"s"}"#, #"{"jobid":" 1","signature":"s"}"#, #"{"jobid":"","signature":"s"}"#,
        #"{"jobid":1.5,"signature":"s"}"#, #"{"jobid":1e3,"signature":"s"}"#, #"{"jobid":9007199254740992,"signature":"s"}"#,
        #"{"jobid":99999999999999999999999,"signature":"s"}"#, #"{"jobid":["1"],"signature":"s"}"#,
        #"{"jobid":"１","signature":"s"}"#,
    ])
    func `what names no job is like a job that is not there`(body: String) throws {
        #expect(try JobQuestion.read(ByteBuffer(string: body)) == nil)
    }

    @Test(arguments: [(128, true), (129, false)])
    func `a signature is bounded`(bytes: Int, isLookedAt: Bool) throws {
        let signature = String(repeating: "s", count: bytes)
        let body = ByteBuffer(string: #"{"jobid":1,"signature":"\#(signature)"}"#)
        #expect((try JobQuestion.read(body) != nil) == isLookedAt)
        #expect((JobQuestion(id: "1", signature: signature) != nil) == isLookedAt)
    }

    @Test(arguments: [
        "", "{", "jobid=1", #"{"jobid":1,"jobid":1,"signature":"s"}"#, #"{"jobid":1,"signature":"s"} x"#, "\u{FEFF}{}",
    ])
    func `what is no JSON is refused`(body: String) {
        #expect(throws: RequestFault.self) { try JobQuestion.read(ByteBuffer(string: body)) }
    }

    @Test(arguments: [("12345678", "s", true), ("x", "s", false), ("12345678", "", false), ("12345678/", "s", false)])
    func `an address names a job likewise`(id: String, signature: String, isOne: Bool) {
        #expect((JobQuestion(id: id, signature: signature) != nil) == isOne)
    }
}
