import ArgumentParser
import Wire

struct ImageJobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Operators: what is painted for whom.", subcommands: [List.self, Show.self, Cancel.self])

    struct List: HouseCommand {
        enum State: String, CaseIterable, ExpressibleByArgument { case queued, running, finished, failed, cancelled }

        static let configuration = CommandConfiguration(abstract: "List the jobs that are not over, without their prompts.")

        @Option(help: "Only queued, running, finished, failed or cancelled ones.") var state: State?
        @Option(help: "Only the jobs of this account, by name or id.") var account: String?
        @Flag(help: "Also the last 100 that are over.") var all = false
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let request = ControlRequest.listImageJobs(state: state?.rawValue, account: account, all: all)
            let listing = try await house.ask(request, at: place.place, for: ImageJobsDocument.self)
            try terminal.print(listing, as: output) { table($0.jobs) }
            if !output.json, listing.unlisted > 0 { terminal.note("\(listing.unlisted) more are not over and not listed") }
        }

        private func table(_ jobs: [ImageJobDocument]) -> String {
            var table = Table([
                ("ID", .left), ("ACCOUNT", .left), ("MODE", .left), ("MODEL", .left), ("STATE", .left), ("ATTEMPTS", .right),
                ("SUBMITTED", .left), ("ENDED", .left), ("COST", .right), ("MESSAGE", .left),
            ])
            for job in jobs {
                table.add([
                    String(job.id), job.account, job.mode, job.model, job.standing, String(job.attempts), job.submitted,
                    job.ended ?? "", job.cost, job.message ?? "",
                ])
            }
            return table.lines.joined(separator: "\n")
        }
    }

    struct Show: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "Show one job and what was asked for, the prompt too.")

        @Argument(help: "The job's number.") var id: String
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let order = try await house.ask(.showImageJob(id: id), at: place.place, for: ImageJobOrderDocument.self)
            try terminal.print(order, as: output) { $0.lines.joined(separator: "\n") }
        }
    }

    struct Cancel: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "End a job; its money goes back to the account.")

        @Argument(help: "The job's number.") var id: String
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let job = try await house.ask(.cancelImageJob(id: id), at: place.place, for: ImageJobDocument.self)
            try terminal.print(job, as: output) { "\($0.id)  cancelled; \($0.account) is charged nothing" }
        }
    }
}

extension ImageJobDocument {
    /// The state with what belongs to it: `queued, number 3`, `running 42 % on local since …`.
    fileprivate var standing: String {
        switch state {
        case "queued": return position.map { "queued, number \($0)" } ?? state
        case "running":
            let percent = progress.map { " \(Int(max(0, min($0, 1)) * 100)) %" } ?? ""
            return state + percent + (engine.map { " on \($0)" } ?? "") + (since.map { " since \($0)" } ?? "")
        default: return state + (engine.map { " on \($0)" } ?? "")
        }
    }
}

extension ImageJobOrderDocument {
    fileprivate var lines: [String] {
        let rows: [(String, String?)] = [
            ("id", String(job.id)), ("account", "\(job.account) (\(job.accountId), \(job.mode))"), ("key", key),
            ("state", job.standing), ("message", job.message), ("attempts", String(job.attempts)), ("submitted", job.submitted),
            ("deadline", job.ended == nil ? deadline : nil), ("ended", job.ended), ("cost", job.cost), ("model", job.model),
            ("size", "\(width)x\(height) \(format)"), ("scheduler", "\(scheduler), \(steps) steps, scale \(cfgScale)"),
            ("seed", String(seed)), ("prompt", prompt.onOneLine),
            ("negative", negativePrompt.isEmpty ? nil : negativePrompt.onOneLine),
        ]
        let width = rows.map(\.0.count).max() ?? 0
        return rows.compactMap { name, value in
            value.map { name + String(repeating: " ", count: width - name.count + 2) + $0 }
        }
    }
}

extension String {
    /// What callers wrote, without anything that would move a terminal's cursor.
    fileprivate var onOneLine: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory.isShown ? $0 : " " }))
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isShown: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
