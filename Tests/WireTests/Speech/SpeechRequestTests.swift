import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct `A request for speech` {
    private func read(_ body: String, _ manners: SpeechRequest.Manners = .openAI) throws(RequestFault) -> SpeechRequest {
        try SpeechRequest.read(ByteBuffer(string: body), manners: manners) { ["tts-1", "kokoro"].contains($0) }
    }

    @Test func `has OpenAI's members`() throws {
        let request = try read(
            #"{"model":"kokoro","input":"Hello","voice":"nova","response_format":"flac","speed":1.25,"instructions":"gently","stream_format":"sse"}"#
        )
        #expect(
            request.prompt
                == SpeechPrompt(
                    model: "kokoro", input: "Hello", voice: "nova", format: .flac, speedHundredths: 125, instructions: "gently"))
        #expect(request.delivery == .events && request.droppedMembers.isEmpty)
    }

    @Test func `takes null for the default, an object for a voice, and drops what it does not know`() throws {
        let request = try read(
            #"{"model":"tts-1","input":"Hi","voice":{"id":"onyx","x":1},"response_format":null,"speed":null,"stream_format":null,"lang_code":"a","volume_multiplier":2}"#
        )
        #expect(request.prompt == SpeechPrompt(model: "tts-1", input: "Hi", voice: "onyx"))
        #expect(request.delivery == .audio && request.droppedMembers == ["lang_code", "volume_multiplier"])
    }

    @Test func `needs nothing but the text in the reference's manners`() throws {
        #expect(try read(#"{"input":"Hi"}"#, .reference).prompt == SpeechPrompt(model: "tts-1", input: "Hi", voice: "alloy"))
        #expect(try read(#"{"input":"Hi","model":null,"voice":null}"#, .reference).prompt.voice == "alloy")
    }

    @Test(arguments: [
        ("{}", "model", "missing_required_parameter", "Missing required parameter: 'model'."),
        (#"{"model":"tts-1","voice":"nova"}"#, "input", "missing_required_parameter", "Missing required parameter: 'input'."),
        (#"{"model":"tts-1","input":"x"}"#, "voice", "missing_required_parameter", "Missing required parameter: 'voice'."),
        (
            #"{"model":"tts-1","input":"","voice":"nova"}"#, "input", "empty_string",
            "Invalid 'input': empty string. Expected a string with minimum length 1, but got an empty string instead."
        ),
        (
            #"{"model":"tts-1","input":" \n\t\u200d…!?\u0000","voice":"nova"}"#, "input", "nothing_to_speak",
            "Invalid 'input': nothing in it can be spoken. Expected at least one letter, digit or symbol."
        ),
        (
            #"{"model":"tts-1","input":7,"voice":"nova"}"#, "input", "invalid_type",
            "Invalid type for 'input': expected a string, but got a number instead."
        ),
        (
            #"{"model":"tts-1","input":"x","voice":7}"#, "voice", "invalid_type",
            "Invalid type for 'voice': expected a string, but got a number instead."
        ),
        (
            #"{"model":"tts-1","input":"x","voice":{"name":"nova"}}"#, "voice.id", "missing_required_parameter",
            "Missing required parameter: 'voice.id'."
        ),
        (
            #"{"model":"tts-1","input":"x","voice":"nova","response_format":"ogg"}"#, "response_format", "invalid_value",
            "Invalid value for 'response_format': 'ogg'. Supported values are: 'mp3', 'opus', 'aac', 'flac', 'wav', and 'pcm'."
        ),
        (
            #"{"model":"tts-1","input":"x","voice":"nova","speed":0.24}"#, "speed", "decimal_below_min_value",
            "Invalid 'speed': decimal below minimum value. Expected a value >= 0.25, but got 0.24 instead."
        ),
        (
            #"{"model":"tts-1","input":"x","voice":"nova","speed":4.01}"#, "speed", "decimal_above_max_value",
            "Invalid 'speed': decimal above maximum value. Expected a value <= 4, but got 4.01 instead."
        ),
        (
            #"{"model":"tts-1","input":"x","voice":"nova","speed":1e999}"#, "speed", "decimal_above_max_value",
            "Invalid 'speed': decimal above maximum value. Expected a value <= 4, but got 1e999 instead."
        ),
        (
            #"{"model":"tts-1","input":"x","voice":"nova","speed":"fast"}"#, "speed", "invalid_type",
            "Invalid type for 'speed': expected a number, but got a string instead."
        ),
        (
            #"{"model":"tts-1","input":"x","voice":"nova","stream_format":"ndjson"}"#, "stream_format", "invalid_value",
            "Invalid value for 'stream_format': 'ndjson'. Supported values are: 'audio' and 'sse'."
        ),
        (
            #"{"model":"tts-1","input":"x","input":"y","voice":"nova"}"#, "input", "duplicate_key",
            "Duplicate key 'input' at byte 29: a key may stand only once in an object."
        ),
    ])
    func `is refused`(body: String, param: String, code: String, message: String) {
        let fault = #expect(throws: RequestFault.self) { try read(body) }
        #expect(fault == RequestFault(.invalid, message: message, param: param, code: code))
    }

    @Test func `names a model that is known`() {
        let fault = #expect(throws: RequestFault.self) { try read(#"{"model":"gpt-4o","input":"x","voice":"nova"}"#) }
        #expect(fault == .modelUnknown("gpt-4o"))
    }

    @Test(arguments: [("a", 4096, true), ("a", 4097, false), ("字", 4096, true), ("😀", 4096, true), ("😀", 4097, false)])
    func `has up to 4,096 Unicode scalars`(scalar: String, count: Int, isTaken: Bool) throws {
        let body = #"{"model":"tts-1","voice":"nova","input":""# + String(repeating: scalar, count: count) + #""}"#
        guard !isTaken else {
            #expect(try read(body).prompt.characters == count)
            return
        }
        let fault = #expect(throws: RequestFault.self) { try read(body) }
        #expect(
            fault?.code == "string_above_max_length" && fault?.message.contains("4096, but got a string with length 4097") == true
        )
    }
}

@Suite struct `Events of speech` {
    @Test func `are OpenAI's`() {
        var buffer = ByteBuffer()
        SpeechEvent.delta(ByteBuffer(bytes: [0, 1, 2, 255])).write(into: &buffer)
        SpeechEvent.done(characters: 5).write(into: &buffer)
        SpeechEvent.failed(ErrorBody(message: "m", type: "server_error", code: "engine_failed")).write(into: &buffer)
        #expect(
            String(buffer: buffer) == """
                data: {"type":"speech.audio.delta","audio":"AAEC/w=="}

                data: {"type":"speech.audio.done","usage":{"input_tokens":5,"output_tokens":0,"total_tokens":5}}

                data: {"error":{"message":"m","type":"server_error","param":null,"code":"engine_failed"}}


                """)
    }

    @Test func `voices are a list, under the name that clients of other servers know`() {
        var buffer = ByteBuffer()
        VoiceListing([SpeechVoice(name: "alloy"), SpeechVoice(name: "cmn", language: "cmn")]).write(into: &buffer)
        #expect(
            String(buffer: buffer)
                == #"{"object":"list","voices":[{"id":"alloy","name":"alloy","language":null},{"id":"cmn","name":"cmn","language":"cmn"}]}"#
        )
    }
}
