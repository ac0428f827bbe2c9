package import NIOCore

extension OpenAIImagesEngine {
    /// What an operator may say about one upstream. What is not said follows from its host.
    package struct Options: Sendable {
        /// How pictures are asked for.
        package enum Style: String, Sendable, CaseIterable {
            /// gpt-image: `output_format`, and always base64.
            case gptImage = "gpt-image"
            /// DALL-E: `response_format`, without which it answers with URLs that live for an hour.
            case dallE = "dall-e"
            /// Neither: servers of one's own, which answer either way.
            case plain
        }

        /// The engine's name in the configuration.
        package var name: String
        /// Everything before `/images/generations`.
        package var address: EngineAddress
        /// nil for servers that ask for none.
        package var key: Secret?
        package var style: Style
        /// The sizes it paints; the smallest that covers what is asked for is taken, and whoever asked cuts it.
        package var sizes = OpenAIImagesSize.standard
        /// There are no schedulers upstream: a prompt that names another than the default one is refused, rather than painted as it
        /// comes.
        package var strictScheduler = true
        /// Where pictures may be fetched from beside the upstream itself: origins such as `https://cdn.example`, which never see
        /// the key.
        package var resultHosts: [EngineAddress] = []
        /// Pictures asked for at a time: 1...64.
        package var concurrency = 4
        /// For one picture.
        package var paintTime = OpenAIImagesLimits.paintTime
        /// A PEM file of certificates to trust instead of the system's, at the upstream itself.
        package var trustedRoots: String?

        /// - Parameter baseURL: `https://api.openai.com/v1`: everything before `/images/generations`.
        package init(name: String, baseURL: String, key: Secret?) throws(EngineAddress.Fault) {
            self.name = name
            self.key = key
            address = try EngineAddress(baseURL)
            style = address.host == .name("api.openai.com") ? .gptImage : .plain
        }
    }
}
