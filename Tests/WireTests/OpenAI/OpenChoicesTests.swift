import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct `Choices that are still open` {
    private func chunk(_ choices: String) -> ChatChunk {
        ChatChunk(choices: ByteBuffer(string: choices), outputBytes: 0, finishes: true)
    }

    @Test func `the only choice has ended when a chunk says that one has`() {
        var open = OpenChoices(1)
        #expect(open.indices == [0])
        open.close(chunk(#"[{"index":0,"delta":{},"finish_reason":"stop"}]"#))
        #expect(open.indices == [])
    }

    @Test(arguments: [
        (#"[{"index":1,"delta":{},"finish_reason":"stop"}]"#, [0, 2]),
        (#"[{"index":2,"delta":{"content":"x"},"finish_reason":null},{"finish_reason":"length","index":0}]"#, [1, 2]),
        (#"[{"index":0,"finish_reason":"stop"},{"index":1,"finish_reason":"stop"},{"index":2,"finish_reason":"stop"}]"#, []),
        (#"[{"index":7,"finish_reason":"stop"}]"#, [0, 1, 2]), (#"[{"delta":{"finish_reason":"stop"}}]"#, [0, 1, 2]),
        ("[{", [0, 1, 2]),
    ])
    func `of several, those that a chunk ends are left out`(choices: String, left: [Int]) {
        var open = OpenChoices(3)
        open.close(chunk(choices))
        #expect(open.indices == left)
    }

    @Test func `they end one after the other`() {
        var open = OpenChoices(3)
        for (index, left) in [(2, [0, 1]), (0, [1]), (2, [1]), (1, [])] {
            open.close(chunk(#"[{"index":\#(index),"delta":{},"finish_reason":"stop"}]"#))
            #expect(open.indices == left)
        }
    }
}
