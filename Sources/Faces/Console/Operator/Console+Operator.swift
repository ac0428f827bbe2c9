import Commerce
import Gateway
import Inference
import Units
import Wire

/// What operators see of the whole house.
extension Console {
    var operatorPages: [Page] {
        [
            page(.get, "/console/codes", for: .operator) { codes($0) },
            page(.post, "/console/codes", for: .operator) { try await createCodes($0) },
            page(.post, "/console/codes/:id/revoke", for: .operator) { visit in
                do throws(TopUpFailure) {
                    _ = try await topUps.revokeCode(visit.request.parameters["id"] ?? "")
                    return codes(visit, success: visit.text("codes.revoked"))
                } catch { return codes(visit, problem: error.complaint) }
            },
            page(.get, "/console/engines", for: .operator) { await engines($0) },
            page(.get, "/console/prices", for: .operator) { prices($0) },
            page(.get, "/console/margin", for: .operator) { try await margin($0) },
            page(.get, "/console/jobs", for: .operator) { try await jobs($0) },
            page(.get, "/console/ledger", for: .operator) { ledger($0, verdict: nil) },
            page(.post, "/console/ledger", for: .operator) { ledger($0, verdict: try await administration.verify()) },
            page(.get, "/console/system", for: .operator) { system($0) },
        ]
    }

    // MARK: Codes

    private func codes(
        _ visit: Visit, made: [String] = [], problem: Complaint? = nil, success: String? = nil
    ) -> PageAnswer {
        let form = problem == nil ? FormFields("") : visit.form
        let now = clock.now()
        let listed = topUps.codes.prefix(200).map { code -> View in
            let by = code.redemption.flatMap { administration.summary(of: $0.account)?.record.name }
            let state = code.state(at: now)
            return [
                "id": .text(code.id.description), "prefix": .text(code.prefix), "amount": .text(code.amount.brief),
                "mode": .text(visit.text("mode.word_\(code.book.rawValue)")),
                "state": .text(visit.text("code.\(state.rawValue)")),
                "by": .text(by ?? ""), "created": .text(code.created.shown), "canRevoke": .flag(state == .valid),
            ]
        }
        return visit.page(
            "codes", title: visit.text("nav.codes"),
            [
                "hasMade": .flag(!made.isEmpty), "made": .list(made.map(View.text)), "amount": .text(form["amount"] ?? "5.00"),
                "count": .text(form["count"] ?? "1"), "expires": .text(form["expires"] ?? ""), "codes": .list(Array(listed)),
            ], problem: problem?.sentence(visit.language), success: success, status: problem?.status ?? 200)
    }

    private func createCodes(_ visit: Visit) async throws -> PageAnswer {
        do {
            let amount = try visit.money("amount", label: "codes.amount")
            let expires = try visit.day("expires", label: "keys.expires")
            guard let count = Int(visit.form["count"] ?? ""), (1...TopUpLimits.codesPerBatchMax).contains(count) else {
                throw visit.invalid("codes.count", expected: "expected.count", got: visit.form["count"] ?? "")
            }
            let book = visit.form["book"].flatMap(Book.init(rawValue:)) ?? .live
            let made: [(code: String, record: RedemptionCode)]
            do throws(TopUpFailure) {
                made = try await topUps.createCodes(count, amount: amount, book: book, expires: expires)
            } catch { throw error.complaint }
            guard visit.form["as"] == "csv" else { return codes(visit, made: made.map(\.code)) }
            let rows = made.map { code, record in
                [record.id.description, code, record.amount.description, record.book.rawValue, record.expires?.description ?? ""]
            }
            return Frame.file(
                "codes.csv", type: "text/csv; charset=utf-8", csv([["id", "code", "amount", "mode", "expires"]] + rows))
        } catch let complaint as Complaint { return codes(visit, problem: complaint) }
    }

    // MARK: The house

    private func engines(_ visit: Visit) async -> PageAnswer {
        let engines = await backstage.engines()
        return visit.page(
            "engines", title: visit.text("nav.engines"),
            [
                "engines": .list(
                    engines.map { engine in
                        [
                            "name": .text(engine.name), "usable": .flag(engine.usable), "summary": .text(engine.summary),
                            "latency": .text(engine.milliseconds.map(String.init) ?? ""),
                        ]
                    }),
                "models": .list(
                    backstage.models.map { model in
                        [
                            "id": .text(model.id), "kind": .text(visit.text(model.kind.word)),
                            "routes": .list(model.routes.map(View.text)),
                        ]
                    }),
            ])
    }

    private func prices(_ visit: Visit) -> PageAnswer {
        let versions = administration.prices
        func line(_ version: PriceVersion) -> View {
            [
                "id": .text(version.id.description), "model": .text(version.model),
                "price": .text(priceText(version.price, visit.language)), "since": .text(version.since.shown),
            ]
        }
        let ids = Set(backstage.models.map(\.id))
        let current = PriceList(versions).versions.values.filter { ids.contains($0.model) }.sorted { $0.model < $1.model }
        return visit.page(
            "prices", title: visit.text("nav.prices"),
            [
                "current": ["lines": .list(current.map(line))],
                "history": ["lines": .list(versions.filter { ids.contains($0.model) }.reversed().map(line))],
            ])
    }

    private func margin(_ visit: Visit) async throws -> PageAnswer {
        let lines = try await administration.margins(from: start(days: 31, before: clock.now()), to: nil, model: nil)
        let (charged, cost) = lines.reduce((Money.zero, Money.zero)) { ($0.0 + $1.charged, $0.1 + $1.cost) }
        return visit.page(
            "margin", title: visit.text("nav.margin"),
            [
                "lines": .list(
                    lines.reversed().map { line in
                        [
                            "day": .text(line.day), "model": .text(line.model), "requests": .text(String(line.requests)),
                            "noCost": .text(String(line.requestsWithoutCost)), "attempts": .text(String(line.attempts)),
                            "failed": .text(String(line.attemptsFailed)), "billed": .text(String(line.billedUnits)),
                            "reported": .text(String(line.reportedUnits)), "charged": .text(line.charged.brief),
                            "cost": .text(line.cost.brief), "margin": .text(line.margin.brief),
                        ]
                    }), "charged": .text(charged.brief), "cost": .text(cost.brief), "margin": .text((charged - cost).brief),
            ])
    }

    private func jobs(_ visit: Visit) async throws -> PageAnswer {
        let jobs = try await backstage.jobs(JobFilter(state: nil, account: nil)).prefix(200).map { standing -> View in
            let (record, state) = (standing.record, JobWord(standing.view.state))
            return [
                "id": .text(String(record.id.value)),
                "account": .text(administration.summary(of: record.purse.account)?.record.name ?? ""),
                "mode": .text(visit.text("mode.word_\(record.purse.book.rawValue)")), "model": .text(record.prompt.model),
                "state": .text(visit.text("job.\(state.rawValue)")), "engine": .text(standing.engine ?? ""),
                "submitted": .text(record.submitted.shown),
                "cost": .text((state == .failed || state == .cancelled ? Money.zero : record.cost).brief),
            ]
        }
        return visit.page("jobs", title: visit.text("nav.jobs"), ["jobs": .list(Array(jobs))])
    }

    private func ledger(_ visit: Visit, verdict: LedgerVerdict?) -> PageAnswer {
        var (ok, wrong): (String?, String?)
        switch verdict {
        case .ok(let entries, let accounts): ok = visit.text("ledger.ok", String(entries), String(accounts))
        case .disagreement(let sentence): wrong = sentence
        case nil: break
        }
        let figures = backstage.figures()
        let lines: [(String, String)] = [
            ("ledger.open", String(figures.holdsOpen)), ("ledger.waiting", String(figures.waiting)),
            ("ledger.entries", String(administration.accounts().count)),
        ]
        return visit.page(
            "ledger", title: visit.text("nav.ledger"),
            [
                "ok": .optional(ok), "wrong": .optional(wrong),
                "figures": .list(lines.map { ["name": .text(visit.text($0)), "value": .text($1)] }),
            ])
    }

    private func system(_ visit: Visit) -> PageAnswer {
        let facts: [(String, String)] = [
            ("system.version", backstage.version), ("system.sqlite", backstage.sqliteVersion),
            ("system.started", backstage.started.shown + " UTC"), ("system.address", site(visit.request)),
            ("system.people", String(signIn.users.count)),
        ]
        return visit.page(
            "system", title: visit.text("nav.system"),
            [
                "facts": .list(facts.map { ["name": .text(visit.text($0)), "value": .text($1)] }),
                "settings": .list(
                    backstage.settings.map { ["key": .text($0.key), "value": .text($0.value), "source": .text($0.source)] }),
            ])
    }
}

/// A job's state as pages name it.
private enum JobWord: String {
    case queued, running, finished, failed, cancelled

    init(_ state: JobView.State) {
        switch state {
        case .queued: self = .queued
        case .running: self = .running
        case .finished: self = .finished
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        }
    }
}

extension Backstage.ModelKind {
    var word: String {
        switch self {
        case .chat: "nav.chat"
        case .image: "nav.images"
        case .speech: "nav.speech"
        }
    }
}
