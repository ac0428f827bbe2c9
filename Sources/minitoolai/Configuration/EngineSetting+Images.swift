import Engines
import NIOCore

/// Engines that paint.
extension EngineSetting {
    static let imageKinds = ["sdapi", "sdcpp", "comfyui", "openai-images"]

    /// nil: what is wrong has been said.
    init?(painting section: Section, name: String, kind: String) {
        let baseURL = section.requiredText("base_url", expected: "the engine's address, such as http://127.0.0.1:7860")
        // A stand-in lets the other keys be read and judged although this one is wrong.
        let address = baseURL ?? "http://127.0.0.1"
        do throws(EngineAddress.Fault) {
            switch kind {
            case "sdapi":
                var options = try StableDiffusionOptions(name: name, baseURL: address)
                options.read(section)
                options.isExclusive = section.truth("exclusive", default: false)
                self = .webUI(options)
            case "sdcpp":
                var options = try StableDiffusionOptions(name: name, baseURL: address)
                options.read(section)
                self = .cpp(options)
            case "comfyui":
                var options = try ComfyUIEngine.Options(name: name, baseURL: address)
                options.credentials = EngineCredentials(section)
                options.trustedRoots = section.optionalText("trusted_roots", shownAs: "the system's")
                options.concurrency = section.wholeNumber("concurrency", in: 1...16, default: options.concurrency)
                options.paintTime = section.paintTime(options.paintTime)
                self = .comfyUI(options)
            default:
                var options = try OpenAIImagesEngine.Options(
                    name: name, baseURL: address, key: section.secret("api_key").flatMap { Secret($0) })
                options.style = section.choice("style", default: options.style)
                options.strictScheduler = section.truth("strict_scheduler", default: true)
                options.concurrency = section.wholeNumber("concurrency", in: 1...64, default: options.concurrency)
                options.trustedRoots = section.optionalText("trusted_roots", shownAs: "the system's")
                options.paintTime = section.paintTime(options.paintTime)
                self = .openAIImages(options)
            }
        } catch {
            section.reading.add(
                "expected the engine's address: \(error.description)", at: section.path("base_url"),
                section.setting("base_url")?.origin ?? section.origin)
            section.forgive()
            return nil
        }
        if baseURL == nil { return nil }
    }
}

extension StableDiffusionOptions {
    fileprivate mutating func read(_ section: Section) {
        credentials = EngineCredentials(section)
        strictScheduler = section.truth("strict_scheduler", default: true)
        trustedRoots = section.optionalText("trusted_roots", shownAs: "the system's")
        paintTime = section.paintTime(paintTime)
    }
}

extension EngineCredentials {
    /// `basic_auth: user:password`, or `api_key`; nil for engines that ask for none.
    fileprivate init?(_ section: Section) {
        let (basic, key) = (section.secret("basic_auth"), section.secret("api_key"))
        if let basic, let secret = Secret(basic) {
            self = .basic(secret)
        } else if let key, let secret = Secret(key) {
            self = .bearer(secret)
        } else {
            return nil
        }
    }
}

extension Section {
    fileprivate func paintTime(_ standard: TimeAmount) -> TimeAmount {
        section("timeouts") {
            .milliseconds($0.duration("paint", in: 1000...86_400_000, default: standard.nanoseconds / 1_000_000))
        }
    }
}
