import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct GenerationRequestTests {
    private func request(_ members: String) throws(RequestFault) -> GenerationRequest {
        let body = ByteBuffer(string: #"{"model":"realvision","prompt":"a lighthouse",\#(members)}"#)
        return try GenerationRequest.read(body) { $0 == "realvision" }
    }

    @Test(arguments: [
        (#""size":"256x1344""#, 256, 1344), (#""size":"auto""#, 1024, 1024), (#""size":null"#, 1024, 1024),
        (#""width":512,"height":768"#, 512, 768), (#""width":512"#, 512, 1024), (#""size":"auto","height":768"#, 1024, 768),
        (#""width":1344.0"#, 1344, 1024),
    ])
    func `a size is given in one way or the other`(members: String, width: Int, height: Int) throws {
        let prompt = try #require(try request(members).prompts.first)
        #expect(prompt.width == width && prompt.height == height)
    }

    @Test(arguments: [
        "", "1024", "1024x", "x1024", "1024x1024x1024", "1024X1024", "1024 x 1024", "+512x512", "0x200", "255x512", "512x1345",
        "00512x512", "99999999999999999999x512", "５１２x512", "Auto",
    ])
    func `a size that is none is refused`(size: String) {
        let fault = #expect(throws: RequestFault.self) { try request(#""size":"\#(size)""#) }
        #expect(fault?.param == "size")
        #expect(
            fault?.message
                == "Invalid value for 'size': '\(size)'. Expected 'auto' or a size such as '1024x768', "
                + "each side between 256 and 1344."
        )
    }

    @Test(arguments: [
        (
            #""n":0"#, "n", "integer_below_min_value",
            "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead."
        ),
        (
            #""n":11"#, "n", "integer_above_max_value",
            "Invalid 'n': integer above maximum value. Expected a value <= 10, but got 11 instead."
        ),
        (#""n":"2""#, "n", "invalid_type", "Invalid type for 'n': expected an integer, but got a string instead."),
        (#""n":1.5"#, "n", "invalid_type", "Invalid type for 'n': expected an integer, but got a decimal number instead."),
        (
            #""cfg_scale":0.5"#, "cfg_scale", "decimal_below_min_value",
            "Invalid 'cfg_scale': decimal below minimum value. Expected a value >= 1, but got 0.5 instead."
        ),
        (
            #""seed":-2"#, "seed", "integer_below_min_value",
            "Invalid 'seed': integer below minimum value. Expected a value >= 0, or -1 for any, but got -2 instead."
        ),
        (
            #""response_format":"base64""#, "response_format", "invalid_value",
            "Invalid value for 'response_format': 'base64'. Supported values are: 'url' and 'b64_json'."
        ),
        (
            #""output_format":"gif""#, "output_format", "invalid_value",
            "Invalid value for 'output_format': 'gif'. Supported values are: 'png', 'jpeg', 'webp', and 'jpg'."
        ),
        (
            #""scheduler":"Euler_a""#, "scheduler", "invalid_value",
            "Invalid value for 'scheduler': 'Euler_a'. Did you mean 'Euler a'?"
        ),
        (
            #""quality":"best""#, "quality", "invalid_value",
            "Invalid value for 'quality': 'best'. Supported values are: 'auto', 'low', 'medium', 'high', 'standard', and 'hd'."
        ),
        (#""style":4"#, "style", "invalid_type", "Invalid type for 'style': expected a string, but got a number instead."),
        (
            #""output_compression":101"#, "output_compression", "integer_above_max_value",
            "Invalid 'output_compression': integer above maximum value. Expected a value <= 100, but got 101 instead."
        ),
        (#""stream":1"#, "stream", "invalid_type", "Invalid type for 'stream': expected a boolean, but got a number instead."),
        (
            #""negative_prompt":"\u0000""#, "negative_prompt", "invalid_value",
            "Invalid 'negative_prompt': the string must not contain the character U+0000."
        ),
        (
            #""width":512,"size":"512x512""#, "width", "invalid_parameter_combination",
            "Setting 'width' and 'size' at the same time is not supported."
        ),
        (
            #""size":"512x512","height":512"#, "height", "invalid_parameter_combination",
            "Setting 'height' and 'size' at the same time is not supported."
        ),
    ])
    func `a field beyond its bounds is refused in OpenAI's words`(members: String, param: String, code: String, message: String) {
        let fault = #expect(throws: RequestFault.self) { try request(members) }
        #expect(fault?.kind == .invalid)
        #expect(fault?.param == param)
        #expect(fault?.code == code)
        #expect(fault?.message == message)
    }

    @Test(arguments: [
        #""stream":true"#, #""partial_images":1"#, #""background":"transparent""#, #""callback_url":"https://example.com/""#,
    ])
    func `what would be missed is refused by name`(members: String) {
        let fault = #expect(throws: RequestFault.self) { try request(members) }
        #expect(fault?.code == "unsupported_parameter")
        #expect(fault?.param.map { members.contains($0) } == true)
    }

    @Test(arguments: [
        (#""quality":"hd""#, ["quality"]), (#""style":"vivid","moderation":"auto""#, ["style", "moderation"]),
        (#""output_compression":50"#, ["output_compression"]),
        (#""background":"auto","stream":false,"partial_images":0,"user":"u""#, []),
        (#""negativePrompt":"b""#, ["negativePrompt"]),
    ])
    func `what changes no picture is dropped`(members: String, dropped: [String]) throws {
        #expect(try request(members).droppedMembers == dropped)
    }

    @Test(
        arguments: [
            (#""n":3,"seed":5"#, [5, 6, 7]), (#""n":3,"seed":4294967294"#, [4_294_967_294, 4_294_967_295, 0]),
            (#""n":2"#, [nil, nil]),
            (#""n":2,"seed":-1"#, [nil, nil]), (#""seed":9"#, [9]),
        ] as [(String, [Int64?])])
    func `each picture has the seed after the last one's`(members: String, seeds: [Int64?]) throws {
        let prompts = try request(members).prompts
        #expect(prompts.map(\.seed) == seeds)
        #expect(Set(prompts.map(\.prompt)) == ["a lighthouse"])
    }

    @Test(arguments: [(#""response_format":"url""#, GenerationRequest.Delivery.url), (#""response_format":"b64_json""#, .base64)])
    func `pictures are given as asked`(members: String, delivery: GenerationRequest.Delivery) throws {
        #expect(try request(members).delivery == delivery)
    }
}
