import Gateway
import Inference
import NIOCore
import Units
import Wire

/// Figures as Prometheus reads them (text format 0.0.4): each name with what it is, then its values.
struct MetricsPage {
    private(set) var text = ByteBuffer()

    init(_ loops: LoopFigures, _ ledger: LedgerFigures, _ routes: RouteTable, now: NIODeadline) {
        write(loops)
        write(ledger)
        write(routes, now: now)
    }

    private mutating func write(_ routes: RouteTable, now: NIODeadline) {
        let today = SystemClock().now()
        let watched = routes.watched.flatMap { model, routes in
            routes.map {
                (route: $0, labels: MetricsPage.labels(model, $0.engine.name, $0.model), day: $0.drift?.today(at: today))
            }
        }
        head("route_out", "gauge", "1 while a chat route is passed by because it failed or was slow.")
        for (route, labels, _) in watched { line("route_out", labels, route.history.isOut(at: now) ? 1 : 0) }
        head("usage_drift_ppm", "gauge", "Charged today (UTC) beyond what the route's own reports come to, in millionths.")
        for (_, labels, day) in watched { line("usage_drift_ppm", labels, day?.partsPerMillion ?? 0) }
        head("usage_answers_today", "gauge", "Answers of today (UTC) that came to their end.")
        for (_, labels, day) in watched { line("usage_answers_today", labels, day?.requests ?? 0) }
        head("usage_unreported_today", "gauge", "Those among them whose engine reported no usage that can be true.")
        for (_, labels, day) in watched { line("usage_unreported_today", labels, day?.unreported ?? 0) }
    }

    private static func labels(_ model: String, _ engine: String, _ upstream: String) -> String {
        let labels = [("model", model), ("engine", engine), ("upstream", upstream)]
        return "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
    }

    private mutating func write(_ loops: LoopFigures) {
        head("requests_total", "counter", "Requests answered, by address and status; 499 is a caller who left first.")
        for (route, status, count) in loops.requests {
            line("requests_total", "{route=\"\(route.label)\",status=\"\(status)\"}", count)
        }
        one("replies_cut_total", "counter", "Replies that did not come to their end.", loops.cut)
        one("received_bytes_total", "counter", "Bytes of requests' bodies.", loops.receivedBytes)
        one("sent_bytes_total", "counter", "Bytes of replies, heads and framing included.", loops.sentBytes)
        seconds("chat_duration_seconds", "From a chat's head to the end of its answer.", loops.chatTimes)
        seconds("chat_first_byte_seconds", "From a stream's head to the first byte of its answer.", loops.firstByteTimes)
        let models = loops.models.sorted { $0.key < $1.key }
        head("tokens_total", "counter", "Tokens billed; cached ones are part of the prompt's.")
        for (model, figures) in models {
            let name = MetricsPage.escaped(model)
            line("tokens_total", "{model=\"\(name)\",kind=\"prompt\"}", figures.promptTokens)
            line("tokens_total", "{model=\"\(name)\",kind=\"cached\"}", figures.cachedTokens)
            line("tokens_total", "{model=\"\(name)\",kind=\"completion\"}", figures.completionTokens)
        }
        head("charged_nanodollars_total", "counter", "What answers cost their callers, test money included.")
        for (model, figures) in models {
            line("charged_nanodollars_total", "{model=\"\(MetricsPage.escaped(model))\"}", Int(figures.charged.nanodollars))
        }
        one("connections", "gauge", "Callers' connections that are open.", loops.connections)
        one("requests_in_flight", "gauge", "Requests being answered.", loops.exchanges)
        one("held_body_bytes", "gauge", "Bytes of requests' bodies in memory.", loops.bodyBytes)
        one("access_log_dropped_total", "counter", "Lines of the access log that found no room.", loops.linesDropped)
    }

    private mutating func write(_ ledger: LedgerFigures) {
        one("ledger_waiting_commands", "gauge", "Commands that wait for the ledger's writer.", ledger.waiting)
        one("ledger_hindered", "gauge", "1 while a full or locked disk keeps new requests out.", ledger.isHindered ? 1 : 0)
        if let verified = ledger.verified, let age = ledger.verifyAgeSeconds(at: .now) {
            one("ledger_verified_entries", "gauge", "The number of the last entry that was verified.", Int(verified.value))
            one("ledger_verify_age_seconds", "gauge", "Since the last look at the ledger in which all agreed.", age)
        }
        one("ledger_open_holds", "gauge", "Holds that are neither settled nor released.", ledger.holdsOpen)
        head("ledger_holds_closed_total", "counter", "Holds closed in this life of the server, by how.")
        line("ledger_holds_closed_total", "{as=\"settled\"}", ledger.settled)
        line("ledger_holds_closed_total", "{as=\"released\"}", ledger.released)
        line("ledger_holds_closed_total", "{as=\"provisional\"}", ledger.provisional)
        one("ledger_stale_total", "counter", "Commands that found their hold closed and changed nothing.", ledger.stale)
        one("ledger_refused_total", "counter", "Commands that were refused.", ledger.refused)
        one("ledger_charged_nanodollars_total", "counter", "Charged, in both books.", Int(ledger.charged.nanodollars))
        one(
            "ledger_writeoff_nanodollars_total", "counter", "Borne by the house: what usage cost beyond hold and balance.",
            Int(ledger.writtenOff.nanodollars))
        seconds("ledger_commit_seconds", "From a batch's first decision until it is durable.", ledger.commitTimes)
        head("ledger_batch_commands", "histogram", "Commands that shared a commit.")
        buckets("ledger_batch_commands", ledger.batchSizes) { "\($0)" }
    }

    private mutating func head(_ name: String, _ kind: String, _ help: String) {
        text.writeString("# HELP minitoolai_\(name) \(help)\n# TYPE minitoolai_\(name) \(kind)\n")
    }

    private mutating func line(_ name: String, _ labels: String, _ value: Int) {
        text.writeString("minitoolai_\(name)\(labels) \(value)\n")
    }

    private mutating func one(_ name: String, _ kind: String, _ help: String, _ value: Int) {
        head(name, kind, help)
        line(name, "", value)
    }

    private mutating func seconds(_ name: String, _ help: String, _ times: Histogram) {
        head(name, "histogram", help)
        buckets(name, times, as: MetricsPage.seconds)
    }

    private mutating func buckets(_ name: String, _ histogram: Histogram, as written: (Int) -> String) {
        var count = 0
        for (place, bound) in histogram.bounds.enumerated() {
            count += histogram.counts[place]
            line(name + "_bucket", "{le=\"\(written(bound))\"}", count)
        }
        count += histogram.counts.last ?? 0
        line(name + "_bucket", "{le=\"+Inf\"}", count)
        text.writeString("minitoolai_\(name)_sum \(written(histogram.sum))\n")
        line(name + "_count", "", count)
    }

    /// Microseconds as seconds, exactly: `0.0025`, `300`.
    private static func seconds(_ microseconds: Int) -> String {
        let whole = String(microseconds / 1_000_000)
        let decimals = String(String(1_000_000 + microseconds % 1_000_000).dropFirst())
        let kept = decimals.prefix(
            decimals.lastIndex { $0 != "0" }.map { decimals.distance(from: decimals.startIndex, to: $0) + 1 } ?? 0)
        return kept.isEmpty ? whole : "\(whole).\(kept)"
    }

    private static func escaped(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
