package import NIOCore

package import struct Inference.EngineTraits

extension OpenAIEngine {
    /// What an operator may say about one upstream. What is not said follows from its host.
    package struct Options: Sendable {
        /// The member that carries the output cap.
        package enum OutputCapField: String, Sendable, CaseIterable {
            case maxCompletionTokens = "max_completion_tokens"
            /// The older name. Older servers refuse the newer one (vLLM) or ignore it (Ollama).
            case maxTokens = "max_tokens"
        }

        /// How Azure is addressed; its key stands in `api-key`.
        package enum Azure: Hashable, Sendable {
            /// `{base}/openai/deployments/{model}/chat/completions?api-version={apiVersion}`; the order's model is the deployment.
            case deployments(apiVersion: String)
            /// `{base}/chat/completions`, the base URL ending in `/openai/v1`.
            case v1
        }

        /// The engine's name in the configuration.
        package var name: String
        /// Everything before `/chat/completions`.
        package var address: EngineAddress
        /// nil for servers that ask for none.
        package var key: Secret?
        /// nil for everyone but Azure.
        package var azure: Azure?
        /// What the following are set by.
        package let profile: UpstreamProfile
        package var outputCapField: OutputCapField
        /// Asks for the usage of streams. Few servers refuse `stream_options`; without it their streams are counted here.
        package var sendsStreamOptions: Bool
        /// Sends `developer` messages as `system`: only OpenAI's models know the newer role.
        package var mapsDeveloperRole: Bool
        /// Prompt tokens the upstream may add unseen: see ``EngineTraits``.
        package var hiddenTokens: Int
        /// What happens upstream when the caller has gone.
        package var disconnect = EngineTraits.Disconnect.cancel
        /// Output may be billed that no event shows: see ``EngineTraits``.
        package var hidesOutput: Bool
        package var deadlines = Deadlines()
        /// How long a connection nobody uses is kept.
        package var idleTime = OpenAILimits.idleTime
        /// How soon a reused connection must have been closed for its request to be sent again.
        package var staleTime = OpenAILimits.staleTime
        /// A PEM file of certificates to trust instead of the system's.
        package var trustedRoots: String?

        /// - Parameters:
        ///   - baseURL: `https://api.openai.com/v1`: everything before `/chat/completions`.
        ///   - profile: nil: what the host's name tells.
        package init(
            name: String, baseURL: String, key: Secret?, azure: Azure? = nil, profile: UpstreamProfile? = nil
        ) throws(EngineAddress.Fault) {
            self.name = name
            self.key = key
            self.azure = azure
            address = try EngineAddress(baseURL)
            if case .deployments(let version) = azure, !Options.isVersion(version) {
                throw EngineAddress.Fault(description: "the api-version is not a date such as 2024-10-21")
            }
            self.profile = profile ?? (azure == nil ? UpstreamProfile.of(address.host) : .azure)
            let capabilities = self.profile.capabilities
            outputCapField = capabilities.outputCapField
            sendsStreamOptions = capabilities.sendsStreamOptions
            mapsDeveloperRole = capabilities.mapsDeveloperRole
            hiddenTokens = capabilities.hiddenTokens
            hidesOutput = capabilities.hidesOutput
        }

        private static func isVersion(_ text: String) -> Bool {
            (1...40).contains(text.utf8.count) && text.utf8.allSatisfy(\.mayStandInPath)
        }
    }
}
