package import NIOCore

/// What is sent of speech that is asked for as events. Source: OpenAI's openapi.yaml, `SpeechAudioDeltaEvent` and `SpeechAudioDoneEvent`.
package enum SpeechEvent {
    /// A piece of the file.
    case delta(ByteBuffer)
    /// The file is whole. Characters stand where OpenAI counts tokens of text: they are what is billed here.
    case done(characters: Int)
    /// It is not, and nothing more comes.
    case failed(ErrorBody)

    package func write(into buffer: inout ByteBuffer) {
        switch self {
        case .delta(let audio):
            buffer.writeStaticString("data: {\"type\":\"speech.audio.delta\",\"audio\":\"")
            buffer.writeBase64(Array(audio.readableBytesView))
            buffer.writeStaticString("\"}\n\n")
        case .done(let characters):
            buffer.writeString(
                "data: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":\(characters),\"output_tokens\":0,"
                    + "\"total_tokens\":\(characters)}}\n\n")
        case .failed(let error):
            buffer.writeStaticString("data: ")
            error.write(into: &buffer)
            buffer.writeStaticString("\n\n")
        }
    }
}
