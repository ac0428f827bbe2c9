package import Inference
package import NIOCore

/// Any server that speaks OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, llama.cpp, DeepSeek, Groq, OpenRouter …
///
/// A chat stays on the loop it was opened on: its connection comes from that loop's own pool.
package final class OpenAIEngine: ChatEngine {
    package let name: String
    package let traits: EngineTraits
    let options: Options
    /// The options' own.
    let deadlines: Deadlines
    let requests: UpstreamRequests
    let diagnosis: Diagnosis
    private let group: any EventLoopGroup
    private let pools: UpstreamPools

    /// - Parameter group: where ``check()`` runs; chats run on the loops they are opened on.
    /// - Throws: what is wrong with `trustedRoots`.
    package init(_ options: Options, group: any EventLoopGroup) throws {
        self.options = options
        deadlines = options.deadlines
        self.group = group
        name = options.name
        traits = EngineTraits(
            hiddenTokens: options.hiddenTokens, disconnect: options.disconnect, hidesOutput: options.hidesOutput)
        requests = UpstreamRequests(options)
        diagnosis = Diagnosis(options.address, key: options.key)
        pools = UpstreamPools(
            try UpstreamTarget(options.address, trustedRoots: options.trustedRoots), deadlines: options.deadlines,
            idleTime: options.idleTime, staleTime: options.staleTime)
    }

    package func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        OpenAICall(order, of: self, on: loop, to: receiver)
    }

    /// The pool of one loop. Called on that loop.
    func pool(on loop: any EventLoop) -> UpstreamPool { pools.pool(on: loop) }

    /// A loop on which the upstream can be asked something beside the chats.
    var anyLoop: any EventLoop { group.any() }
}
