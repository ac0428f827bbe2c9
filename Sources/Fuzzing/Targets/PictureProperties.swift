import Inference
import NIOCore
import Wire

/// What a request for a picture is accepted as, at either door, is within every range; what is refused fits an error body.
enum PictureProperties {
    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let body = ByteBuffer(bytes: bytes)
        let one: Result<ImageRequest, RequestFault> = Result { () throws(RequestFault) in
            try ImageRequest.read(body, allowsLoopbackCallback: true) { $0 == "realvision" }
        }
        switch one {
        case .success(let request): try check(request.prompt, of: body)
        case .failure(let fault): try MemberProperties.check(fault)
        }
        let many: Result<GenerationRequest, RequestFault> = Result { () throws(RequestFault) in
            try GenerationRequest.read(body) { $0 == "realvision" }
        }
        switch many {
        case .success(let request):
            try must((1...10).contains(request.prompts.count), "\(request.prompts.count) pictures")
            for prompt in request.prompts { try check(prompt, of: body) }
            try MemberProperties.check(dropped: request.droppedMembers)
        case .failure(let fault): try MemberProperties.check(fault)
        }
        let question: Result<JobQuestion?, RequestFault> = Result { () throws(RequestFault) in try JobQuestion.read(body) }
        if case .failure(let fault) = question { try MemberProperties.check(fault) }
    }

    private static func check(_ prompt: ImagePrompt, of body: ByteBuffer) throws(BrokenProperty) {
        try must(ImagePrompt.stepsRange.contains(prompt.steps), "\(prompt.steps) steps")
        try must(ImagePrompt.cfgHundredthsRange.contains(prompt.cfgHundredths), "a scale of \(prompt.cfgHundredths)")
        try must(
            ImagePrompt.sideRange.contains(prompt.width) && ImagePrompt.sideRange.contains(prompt.height),
            "\(prompt.width)x\(prompt.height)")
        try must(prompt.seed.map(ImagePrompt.seedRange.contains) ?? true, "a seed out of range")
        let text = prompt.prompt.utf8.count + prompt.negativePrompt.utf8.count
        try must(text <= body.readableBytes && text <= 2 * ImagePrompt.textBytesMax, "more text than was sent")
        try must(!prompt.prompt.utf8.contains(0), "a text that ends early")
        try must(prompt.model == "realvision", "a model nobody knows was accepted")
    }
}

/// What is true of the refusals of every request.
enum MemberProperties {
    static func check(_ fault: RequestFault) throws(BrokenProperty) {
        try must(!fault.message.isEmpty && fault.message.utf8.count <= 2048, "a refusal has \(fault.message.utf8.count) bytes")
        try must((fault.param ?? "").utf8.count <= 512, "a field's path is too long to be one")
    }

    static func check(dropped names: [String]) throws(BrokenProperty) {
        let fit = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.".utf8)
        try must(names.allSatisfy { $0.utf8.allSatisfy(fit.contains) }, "a name that fits no header")
    }
}
