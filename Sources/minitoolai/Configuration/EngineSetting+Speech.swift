import Engines
import NIOCore

/// Engines that speak.
extension EngineSetting {
    static let speechKinds = ["espeak", "openai-speech"]

    /// nil: what is wrong has been said.
    init?(speaking section: Section, name: String, kind: String) {
        if kind == "espeak" {
            self = .espeak(EspeakEngine.Options(section, name: name))
        } else {
            guard let options = OpenAISpeechEngine.Options(section, name: name) else { return nil }
            self = .openAISpeech(options)
        }
    }
}

extension EspeakEngine.Options {
    fileprivate init(_ section: Section, name: String) {
        self.init(name: name)
        program = section.text("program", default: program)
        processes = section.wholeNumber("processes", in: EspeakLimits.processesRange, default: processes)
        (waitingTime, totalTime) = section.section("timeouts") { [waitingTime, totalTime] in
            ($0.time("wait", waitingTime), $0.time("total", totalTime))
        }
    }
}

extension OpenAISpeechEngine.Options {
    fileprivate init?(_ section: Section, name: String) {
        let baseURL = section.requiredText("base_url", expected: "the address before /audio/speech")
        let key = OpenAIEngine.Options.key(section)
        do throws(EngineAddress.Fault) {
            // A stand-in lets the other keys be read and judged although this one is wrong.
            try self.init(name: name, baseURL: baseURL ?? "http://127.0.0.1/v1", key: key)
        } catch {
            section.reading.add(
                "expected the address before /audio/speech: \(error.description)", at: section.path("base_url"),
                section.setting("base_url")?.origin ?? section.origin)
            section.forgive()
            return nil
        }
        deadlines = section.section("timeouts") { [deadlines] section in
            var times = deadlines
            times.connect = section.time("connect", times.connect)
            times.firstByte = section.time("first_byte", times.firstByte)
            times.stall = section.time("stall", times.stall)
            times.total = section.time("total", times.total)
            return times
        }
        trustedRoots = section.optionalText("trusted_roots", shownAs: "the system's")
        guard baseURL != nil else { return nil }
    }
}

extension Section {
    fileprivate func time(_ name: String, _ standard: TimeAmount) -> TimeAmount {
        .milliseconds(duration(name, in: 1...86_400_000, default: standard.nanoseconds / 1_000_000))
    }
}
