import ArgumentParser

struct ServeCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve until SIGTERM or SIGINT.",
        discussion: """
            Prints one line "ready http://HOST:PORT" on standard output when it accepts connections. The first signal lets what \
            is in flight finish, the second ends the process at once.
            """)

    @OptionGroup var place: PlaceOptions
    @OptionGroup var address: AddressOptions
    @OptionGroup var output: OutputOptions

    func run(in house: House, at terminal: Terminal) async throws {
        try await house.serve(place.place, address.wishes(json: output.json), terminal)
    }
}

struct AddressOptions: ParsableArguments {
    @Option(help: "The address to listen on.")
    var host: String?

    @Option(help: "The port to listen on; 0 picks a free one.")
    var port: Int?

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port: expected 0 to 65535, got \(port)") }
    }

    func wishes(json: Bool) -> ServeWishes { ServeWishes(host: host, port: port, json: json) }
}
