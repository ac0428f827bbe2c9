import ArgumentParser
import Wire

struct ConfigCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show the effective configuration, each key with its source; secrets are masked.")

    @OptionGroup var place: PlaceOptions
    @OptionGroup var address: AddressOptions
    @OptionGroup var output: OutputOptions

    func run(in house: House, at terminal: Terminal) async throws {
        let listing = try house.configuration(place.place, address.wishes(json: output.json))
        if output.json { return terminal.print(try ControlLine.json(listing)) }
        var table = Table([("KEY", .left), ("VALUE", .left), ("SOURCE", .left)])
        for key in listing.keys { table.add([key.key, key.value, key.source]) }
        table.lines.forEach(terminal.print)
    }
}
