import Inference
import Wire

/// How a server of AUTOMATIC1111's kind names samplers and schedules, told from its lists.
enum WebUIDialect: Hashable, Sendable, CustomStringConvertible {
    /// AUTOMATIC1111 up to 1.8: `DPM++ 2M Karras` is the sampler's name.
    case joined
    /// AUTOMATIC1111 from 1.9, Forge: the sampler is `DPM++ 2M`, the schedule beside it `Uniform` or `Karras`, labelled as the server does; nil
    /// for one it does not have. "Automatic" is never asked for: it means Karras for half of the samplers.
    case split(plain: String?, karras: String?)
    /// SD.Next: samplers by the names of the diffusers library, the schedule in `schedulers_sigma`.
    case sdNext

    init(samplers: [JSONValue], schedulers: [JSONValue]?) {
        let names = samplers.compactMap { $0["name"]?.string }
        // SD.Next lists samplers where the others list schedules, each with its class; its own names give it away too.
        if schedulers?.contains(where: { $0["cls"] != nil }) == true || names.contains("LMSD") || names.contains("KDPM2") {
            self = .sdNext
        } else if let schedulers {
            // ComfyUI's "Normal", which Forge has, is the same schedule as AUTOMATIC1111's "Uniform".
            self = .split(plain: Self.label(of: ["uniform", "normal"], in: schedulers), karras: Self.label(of: ["karras"], in: schedulers))
        } else if names.contains(where: { $0.hasSuffix(" Karras") }) {
            self = .joined
        } else {
            // 1.9.0 has the schedules, and no list of them yet.
            self = .split(plain: "Uniform", karras: "Karras")
        }
    }

    private static func label(of names: [String], in schedulers: [JSONValue]) -> String? {
        for name in names {
            for entry in schedulers {
                let label = entry["label"]?.string ?? entry["name"]?.string
                if let label, label.lowercased() == name || entry["name"]?.string?.lowercased() == name { return label }
            }
        }
        return nil
    }

    /// - Returns: nil when there is nothing near.
    func sampler(for scheduler: Scheduler) -> WebUISampler? {
        switch self {
        case .joined: return WebUISampler(sampler: scheduler.rawValue)
        case .split(let plain, let karras):
            guard let label = scheduler.isKarras ? karras : plain else { return nil }
            return WebUISampler(sampler: scheduler.sampler, schedule: label, scheduleMember: "scheduler")
        case .sdNext:
            guard let (name, isSame) = Self.sdNextName(scheduler) else { return nil }
            return WebUISampler(
                sampler: name, schedule: scheduler.isKarras ? "karras" : "default", scheduleMember: "schedulers_sigma",
                substitute: isSame ? nil : name)
        }
    }

    /// Source: SD.Next, `modules/sd_samplers_diffusers.py`. "DPM SDE" is diffusers' port of k-diffusion's DPM++ SDE; its "DPM++ SDE" is another
    /// algorithm.
    private static func sdNextName(_ scheduler: Scheduler) -> (name: String, isSame: Bool)? {
        switch scheduler {
        case .eulerA: ("Euler a", true)
        case .euler: ("Euler", true)
        case .lms, .lmsKarras: ("LMSD", true)
        case .heun: ("Heun", true)
        case .dpm2, .dpm2Karras: ("KDPM2", true)
        case .dpm2A, .dpm2AKarras: ("KDPM2 a", true)
        case .dpmPP2SA, .dpmPP2SAKarras: ("DPM++ 1S", false)
        case .dpmPP2M, .dpmPP2MKarras: ("DPM++ 2M", true)
        case .dpmPPSDE, .dpmPPSDEKarras: ("DPM SDE", true)
        case .dpmPP2MSDE, .dpmPP2MSDEKarras: ("DPM++ 2M SDE", true)
        case .dpmFast: nil
        }
    }

    var description: String {
        switch self {
        case .joined: "AUTOMATIC1111 up to 1.8"
        case .split: "AUTOMATIC1111 1.9 or later, or Forge"
        case .sdNext: "SD.Next"
        }
    }
}
