import ArgumentParser
import Foundation
import Units

/// Which installation a command means.
struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file; without one the embedded default applies.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The data directory (default: where the configuration's store lies, ./data).", valueName: "dir"))
    var data: String?

    var place: Place { Place(config: config, data: data) }
}

/// How a command answers.
struct OutputOptions: ParsableArguments {
    @Flag(help: "One JSON document on standard output, nothing else.")
    var json = false
}

/// How a listing is written.
struct ListingOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument { case table, csv, json }

    @Option(help: "table, csv or json.")
    var format: Format?

    @Flag(help: "The same as --format json.")
    var json = false

    func validate() throws {
        if json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other")
        }
    }

    var chosen: Format { json ? .json : format ?? .table }
}

/// The stretch of time a listing covers.
struct PeriodOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only from this moment on, 2026-11-22 or 2026-11-22T08:00:00Z.", valueName: "time"), transform: time)
    var from: String?

    @Option(help: ArgumentHelp("Only before this moment; a date alone includes that day.", valueName: "time"), transform: time)
    var to: String?
}

/// Passes on a time that can be read.
func time(_ text: String) throws -> String {
    guard Instant(iso8601: text) != nil else {
        throw ValidationError("expected an ISO 8601 time such as 2026-11-22 or 2026-11-22T08:00:00Z (UTC, or with +01:00)")
    }
    return text
}

/// Reads an amount above zero: `5`, `5.00`, `0.000000001`.
func amount(_ text: String) throws -> Money {
    guard let money = Money(decimal: text) else {
        throw ValidationError("expected US dollars in digits with at most nine decimals, such as 5 or 5.00")
    }
    guard money > .zero else { throw ValidationError("expected an amount above zero") }
    return money
}

/// The absolute path of what the operator named from here: the server may live in another directory.
func absolutePath(_ path: String) -> String {
    URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true))
        .standardizedFileURL.path
}
