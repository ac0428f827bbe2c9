import CLI
import Engines
import Foundation

@main
enum Main {
    static func main() async {
        // A caller who hung up is an error of that write, never the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == Keeper.word { exit(Keeper.run(Array(arguments.dropFirst()))) }
        exit(await MiniToolAI.run(arguments, in: house, at: .standard))
    }

    private static let house = House(
        serve: { place, wishes, terminal in
            try await plainly { try await Assembly.serve(configuration(place, wishes), place, wishes, terminal) }
        },
        configuration: { try configuration($0, $1).listing },
        dataDirectory: { try configuration($0).store.dataDirectory },
        answer: { request, place in try await plainly { try await Assembly.answer(request, configuration(place)) } },
        signals: { try StopSignals().heard })

    private static func configuration(_ place: Place, _ wishes: ServeWishes = ServeWishes()) throws -> Configuration {
        do {
            return try Configuration(at: place, wishes, environment: ProcessInfo.processInfo.environment)
        } catch let faults as ConfigurationFaults {
            throw Failure(.configuration, faults.description)
        }
    }
}
