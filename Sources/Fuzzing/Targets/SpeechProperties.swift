import Inference
import NIOCore
import Wire

/// What a request for speech is accepted as is within every range, and is what was said; what is refused fits an error body.
enum SpeechProperties {
    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let body = ByteBuffer(bytes: bytes)
        for manners in SpeechRequest.Manners.allCases {
            let read: Result<SpeechRequest, RequestFault> = Result { () throws(RequestFault) in
                try SpeechRequest.read(body, manners: manners) { $0 == "tts-1" }
            }
            switch read {
            case .success(let request): try check(request, of: body)
            case .failure(let fault): try MemberProperties.check(fault)
            }
        }
    }

    private static func check(_ request: SpeechRequest, of body: ByteBuffer) throws(BrokenProperty) {
        let prompt = request.prompt
        try must((1...SpeechPrompt.inputScalarsMax).contains(prompt.characters), "\(prompt.characters) characters")
        try must(prompt.input.utf8.count <= body.readableBytes, "more text than was sent")
        try must(SpeechPrompt.speedHundredthsRange.contains(prompt.speedHundredths), "a speed of \(prompt.speedHundredths)")
        try must(prompt.voice.utf8.count <= SpeechPrompt.voiceBytesMax, "a voice's name that is too long")
        try must(prompt.model == "tts-1", "a model nobody knows was accepted")
        try MemberProperties.check(dropped: request.droppedMembers)
    }
}
