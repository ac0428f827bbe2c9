package import Inference
package import NIOCore
import Wire

/// Any server that speaks OpenAI's `/audio/speech`: OpenAI, Kokoro-FastAPI, and servers of one's own. What it sends is handed on as it comes.
///
/// Sources: OpenAI's openapi.yaml, `CreateSpeechRequest`; Kokoro-FastAPI 0.8, api/src/routers/openai_compatible.py.
package final class OpenAISpeechEngine: SpeechEngine {
    package struct Options: Sendable {
        /// The engine's name in the configuration.
        package var name: String
        /// Everything before `/audio/speech`.
        package var address: EngineAddress
        /// nil for servers that ask for none.
        package var key: Secret?
        package var deadlines = OpenAISpeechLimits.deadlines
        /// A PEM file of certificates to trust instead of the system's.
        package var trustedRoots: String?

        /// - Parameter baseURL: `https://api.openai.com/v1`: everything before `/audio/speech`.
        package init(name: String, baseURL: String, key: Secret?) throws(EngineAddress.Fault) {
            self.name = name
            self.key = key
            address = try EngineAddress(baseURL)
        }
    }

    package let name: String
    let options: Options
    let client: EngineClient
    private let diagnosis: Diagnosis

    /// - Throws: what is wrong with the options' `trustedRoots`.
    package init(_ options: Options, group: any EventLoopGroup) throws {
        self.options = options
        name = options.name
        client = try EngineClient(
            options.address, credentials: options.key.map { .bearer($0) }, trustedRoots: options.trustedRoots, group: group)
        diagnosis = Diagnosis(options.address, key: options.key)
    }

    package func speak(_ order: SpeechOrder) async throws(EngineFailure) -> any SpokenAudio {
        let download = SpeechDownload(order.prompt.format, diagnosis, on: client.loop)
        client.begin(
            "POST", "/audio/speech", json: OpenAISpeechEngine.body(of: order), deadlines: options.deadlines,
            to: download, begun: download.begun)
        do throws(EngineFailure) {
            guard let first = try await download.pieces.next() else {
                throw EngineFailure(.malformed, detail: "the answer has no body")
            }
            return BegunSpeech(.file, first: first, rest: download.pieces, giveUp: download.stop)
        } catch {
            download.stop()
            throw error
        }
    }

    /// What has its default is left out: not every server knows every member.
    static func body(of order: SpeechOrder) -> ByteBuffer {
        let prompt = order.prompt
        var members: [JSONMember] = [
            JSONMember(key: "model", value: .string(order.model)), JSONMember(key: "input", value: .string(prompt.input)),
            JSONMember(key: "voice", value: .string(prompt.voice)),
            JSONMember(key: "response_format", value: .string(prompt.format.rawValue)),
        ]
        if prompt.speedHundredths != 100 {
            members.append(JSONMember(key: "speed", value: .number(JSONNumber(hundredths: prompt.speedHundredths))))
        }
        if let instructions = prompt.instructions {
            members.append(JSONMember(key: "instructions", value: .string(instructions)))
        }
        var body = ByteBuffer()
        JSONValue.object(members).write(into: &body)
        return body
    }

    /// What Kokoro-FastAPI and others list; OpenAI lists none, and speaks in the names everybody knows.
    package func voices() async -> [SpeechVoice] {
        guard let answer = try? await client.ask("GET", "/audio/voices", deadline: OpenAISpeechLimits.checkTime),
            answer.isSuccess,
            let list = (try? JSONValue(parsing: answer.body))?["voices"]?.elements
        else { return [] }
        return list.prefix(OpenAISpeechLimits.voicesMax).compactMap { voice in
            let name = voice.string ?? voice["name"]?.string ?? voice["id"]?.string
            guard let name, !name.isEmpty, name.utf8.count <= SpeechPrompt.voiceBytesMax else { return nil }
            return SpeechVoice(name: name, language: voice["language"]?.string ?? "")
        }
    }

    /// Asks for the list of models, which needs the address, TLS and the key to be right, and costs nothing.
    package func check() async -> EngineReport {
        let asked = "GET \(options.address.description)/models"
        let began = ContinuousClock.now
        do throws(ImageFailure) {
            let answer = try await client.ask("GET", "/models", deadline: OpenAISpeechLimits.checkTime)
            let milliseconds = Int(began.duration(to: .now) / .milliseconds(1))
            guard answer.isSuccess else { return EngineReport(usable: false, summary: "\(asked): answered \(answer.status)") }
            guard let models = (try? JSONValue(parsing: answer.body))?["data"]?.elements else {
                return EngineReport(usable: false, summary: "\(asked): no list of models: is the base URL right?")
            }
            return EngineReport(usable: true, summary: "\(asked): \(models.count) models", latencyMilliseconds: milliseconds)
        } catch { return EngineReport(usable: false, summary: "\(asked): \(error.detail)") }
    }
}
