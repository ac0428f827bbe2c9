package import Inference
package import NIOCore

/// The answer of `GET /v1/audio/voices`: a list, in a member `voices` for the clients of servers of one's own, which know it by that name.
package struct VoiceListing {
    private let voices: [SpeechVoice]

    package init(_ voices: [SpeechVoice]) { self.voices = voices }

    package func write(into buffer: inout ByteBuffer) {
        let list = voices.map { voice in
            JSONValue.object([
                JSONMember(key: "id", value: .string(voice.name)), JSONMember(key: "name", value: .string(voice.name)),
                JSONMember(key: "language", value: voice.language.isEmpty ? .null : .string(voice.language)),
            ])
        }
        JSONValue.object([JSONMember(key: "object", value: .string("list")), JSONMember(key: "voices", value: .array(list))])
            .write(into: &buffer)
    }
}
