import Engines
import Gateway
import Inference
import NIOCore

/// The engines of the configuration, and what is said of how they are run.
struct EngineSettings: Sendable {
    let engines: [EngineSetting]
    /// Of the engines those that are started here.
    let localServers: [LocalServer.Options]
    /// By the engine's name: those that take so many requests at a time.
    let queues: [String: EngineQueue.Rules]
}

/// One engine of the configuration, ready to be made.
enum EngineSetting: Sendable {
    /// - Parameter moreKeys: those beside the one of the options.
    case openAI(OpenAIEngine.Options, moreKeys: [Secret])
    case sandbox(name: String, pace: SandboxPace, hiddenTokens: Int, disconnect: EngineTraits.Disconnect)
    case webUI(StableDiffusionOptions)
    case cpp(StableDiffusionOptions)
    case comfyUI(ComfyUIEngine.Options)
    case openAIImages(OpenAIImagesEngine.Options)
    case espeak(EspeakEngine.Options)
    case openAISpeech(OpenAISpeechEngine.Options)
    case anthropic(AnthropicEngine.Options, moreKeys: [Secret])

    var name: String {
        switch self {
        case .openAI(let options, _): options.name
        case .webUI(let options), .cpp(let options): options.name
        case .comfyUI(let options): options.name
        case .openAIImages(let options): options.name
        case .espeak(let options): options.name
        case .openAISpeech(let options): options.name
        case .anthropic(let options, _): options.name
        case .sandbox(let name, _, _, _): name
        }
    }

    var isSandbox: Bool { if case .sandbox = self { true } else { false } }

    /// The engine that answers test keys; it is there whether or not a file names it.
    static let sandboxName = "sandbox"
    /// The engine that speaks without being configured; it is there whether or not a file names it.
    static let espeakName = "espeak"

    /// Kinds that are each an engine's of the same name: that engine is always there, and of no other kind.
    private static let embedded = [sandboxName, espeakName]
    private static let servedKinds = ["openai", "anthropic", "sandbox"] + imageKinds + speechKinds

    static func all(_ section: Section) -> EngineSettings {
        let written = section.writtenNames
        let known = written + embedded.filter { !written.contains($0) }
        let names = known + section.reading.variables.newEntries(under: section.path, beside: known)
        let read = names.compactMap { name in
            section.section(name) { section -> (EngineSetting, LocalServer.Options?, EngineQueue.Rules?)? in
                guard let setting = EngineSetting(section, name: name) else { return nil }
                return (
                    setting, setting.hasServer ? LocalServer.Options(section, name: name) : nil,
                    setting.answersChats ? EngineQueue.Rules(section) : nil
                )
            }
        }
        return EngineSettings(
            engines: read.map(\.0), localServers: read.compactMap(\.1),
            queues: read.reduce(into: [:]) { $0[$1.0.name] = $1.2 })
    }

    private var answersChats: Bool {
        switch self {
        case .openAI, .anthropic: true
        default: false
        }
    }

    /// Whether it is asked at an address, where a program of the operator's may listen.
    private var hasServer: Bool {
        switch self {
        case .openAI, .webUI, .cpp, .comfyUI, .openAIImages, .openAISpeech: true
        case .sandbox, .espeak, .anthropic: false
        }
    }

    private init?(_ section: Section, name: String) {
        let isEmbedded = EngineSetting.embedded.contains(name)
        let kind =
            isEmbedded
            ? section.text("kind", default: name)
            : section.requiredText("kind", expected: "a kind of engine: \(EngineSetting.servedKinds.joined(separator: ", "))")
        switch kind {
        case let kind? where isEmbedded && kind != name:
            section.forgive()
            EngineSetting.refuse(kind, section, name: name)
            return nil
        case "sandbox": self = EngineSetting.sandbox(section, name: name)
        case "openai":
            let keys = OpenAIEngine.Options.keys(section)
            guard let options = OpenAIEngine.Options(section, name: name, key: keys.first) else { return nil }
            self = .openAI(options, moreKeys: Array(keys.dropFirst()))
        case "anthropic":
            let keys = OpenAIEngine.Options.keys(section)
            guard let options = AnthropicEngine.Options(section, name: name, key: keys.first) else { return nil }
            self = .anthropic(options, moreKeys: Array(keys.dropFirst()))
        case let kind? where EngineSetting.imageKinds.contains(kind):
            guard let setting = EngineSetting(painting: section, name: name, kind: kind) else { return nil }
            self = setting
        case let kind? where EngineSetting.speechKinds.contains(kind):
            guard let setting = EngineSetting(speaking: section, name: name, kind: kind) else { return nil }
            self = setting
        case let kind?:
            section.forgive()
            EngineSetting.refuse(kind, section, name: name)
            return nil
        case nil:
            section.forgive()
            return nil
        }
    }

    private static func refuse(_ kind: String, _ section: Section, name: String) {
        let problem =
            switch name {
            case sandboxName: "expected sandbox, for test keys are answered by the engine of that name, got \(quoted(kind))"
            case espeakName: "expected espeak, for the engine of that name needs nothing configured, got \(quoted(kind))"
            default: "expected one of \(servedKinds.joined(separator: ", ")), got \(quoted(kind))"
            }
        section.reading.add(problem, at: section.path("kind"), section.setting("kind")?.origin ?? section.origin)
    }

    private static func sandbox(_ section: Section, name: String) -> EngineSetting {
        let natural = SandboxPace.natural
        let pace =
            section.isScalar("pace")
            ? section.choice("pace", default: NamedPace.natural).pace
            : section.section("pace") { section in
                SandboxPace(
                    firstNanoseconds: section.duration(
                        "first", in: 0...60_000, default: natural.firstNanoseconds / 1_000_000) * 1_000_000,
                    betweenNanoseconds: section.duration(
                        "between", in: 0...60_000, default: natural.betweenNanoseconds / 1_000_000) * 1_000_000)
            }
        return .sandbox(
            name: name, pace: pace, hiddenTokens: section.wholeNumber("hidden_tokens", in: 0...100_000, default: 0),
            disconnect: section.choice("disconnect", default: .cancel))
    }

    private enum NamedPace: String, CaseIterable {
        case natural, immediate

        var pace: SandboxPace { self == .natural ? .natural : .immediate }
    }
}

extension OpenAIEngine.Options {
    fileprivate init?(_ section: Section, name: String, key: Secret?) {
        let baseURL = section.requiredText("base_url", expected: "the address before /chat/completions")
        let azure = OpenAIEngine.Options.azure(section)
        let profile = section.setting("profile") == nil ? nil : section.choice("profile", default: UpstreamProfile.other)
        do {
            // A stand-in lets the other keys be read and judged although this one is wrong.
            try self.init(
                name: name, baseURL: baseURL ?? "http://127.0.0.1/v1", key: key, azure: azure,
                profile: profile)
        } catch {
            section.reading.add(
                "expected the address before /chat/completions: \(error.description)", at: section.path("base_url"),
                section.setting("base_url")?.origin ?? section.origin)
            section.forgive()
            return nil
        }
        if profile == nil { section.reading.record(section.path("profile"), self.profile.rawValue, .default) }
        outputCapField = section.choice("output_cap_field", default: outputCapField)
        sendsStreamOptions = section.truth("stream_options", default: sendsStreamOptions)
        mapsDeveloperRole = section.choice("developer_role", default: mapsDeveloperRole ? DeveloperRole.system : .keep) == .system
        hiddenTokens = section.wholeNumber("hidden_tokens", in: 0...100_000, default: hiddenTokens)
        disconnect = section.choice("disconnect", default: disconnect)
        hidesOutput = section.truth("hidden_output", default: hidesOutput)
        (deadlines, idleTime) = section.section("timeouts") { [deadlines, idleTime] in
            OpenAIEngine.Options.times($0, deadlines, idleTime)
        }
        trustedRoots = section.optionalText("trusted_roots", shownAs: "the system's")
        guard baseURL != nil else { return nil }
    }

    private enum DeveloperRole: String, CaseIterable { case keep, system }

    /// nil: there is none, or what is wrong with it has been said.
    static func key(_ section: Section) -> Secret? {
        section.secret("api_key").flatMap { key($0, section, "api_key") }
    }

    /// The keys of one upstream, each with limits of its own there; none: it asks for none.
    fileprivate static func keys(_ section: Section) -> [Secret] {
        guard let list = section.setting("api_keys") else { return key(section).map { [$0] } ?? [] }
        if section.setting("api_key") != nil {
            section.reading.add("expected api_key or api_keys, got both", at: section.path("api_keys"), list.origin)
        }
        let keys = section.secrets("api_keys").compactMap { key($0, section, "api_keys") }
        guard keys.count <= keysMax else {
            section.reading.add(
                "expected at most \(keysMax) keys, got \(keys.count)", at: section.path("api_keys"), list.origin)
            return []
        }
        return keys
    }

    /// Each has connections of its own.
    private static let keysMax = 64

    private static func key(_ text: String, _ section: Section, _ name: String) -> Secret? {
        let key = Secret(text)
        if key == nil {
            section.reading.add(
                "expected 1 to \(Secret.bytesMax) visible ASCII characters", at: section.path(name),
                section.setting(name)?.origin ?? section.origin)
        }
        return key
    }

    private static func azure(_ section: Section) -> Azure? {
        guard section.setting("azure") != nil || section.hasOverrides("azure", ["api_version"]) else { return nil }
        return section.section("azure") { section in
            section.requiredText("api_version", expected: "a version such as 2024-10-21, or v1").map {
                $0 == "v1" ? .v1 : .deployments(apiVersion: $0)
            }
        }
    }

    fileprivate static func times(_ section: Section, _ standard: Deadlines, _ idle: TimeAmount) -> (Deadlines, TimeAmount) {
        func time(_ name: String, _ standard: TimeAmount) -> TimeAmount {
            .milliseconds(section.duration(name, in: 1...86_400_000, default: standard.nanoseconds / 1_000_000))
        }
        var deadlines = standard
        deadlines.connect = time("connect", standard.connect)
        deadlines.firstByte = time("first_byte", standard.firstByte)
        deadlines.firstByteUnstreamed = time("first_byte_unstreamed", standard.firstByteUnstreamed)
        deadlines.stall = time("stall", standard.stall)
        deadlines.total = time("total", standard.total)
        return (deadlines, time("idle", idle))
    }
}

extension AnthropicEngine.Options {
    fileprivate init?(_ section: Section, name: String, key: Secret?) {
        let baseURL = section.text("base_url", default: AnthropicEngine.Options.standardURL)
        do {
            try self.init(name: name, baseURL: baseURL, key: key)
        } catch {
            section.reading.add(
                "expected the address before /messages: \(error.description)", at: section.path("base_url"),
                section.setting("base_url")?.origin ?? section.origin)
            section.forgive()
            return nil
        }
        hiddenTokens = section.wholeNumber("hidden_tokens", in: 0...100_000, default: hiddenTokens)
        disconnect = section.choice("disconnect", default: disconnect)
        (deadlines, idleTime) = section.section("timeouts") { [deadlines, idleTime] in
            OpenAIEngine.Options.times($0, deadlines, idleTime)
        }
        trustedRoots = section.optionalText("trusted_roots", shownAs: "the system's")
    }
}
