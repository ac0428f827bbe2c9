/// How noise is taken out of a picture, step by step: the eighteen names of the reference, which are AUTOMATIC1111's k-diffusion samplers
/// of 2023. A name without "Karras" means the plain schedule (k-diffusion's `get_sigmas`), never an engine's own choice.
package enum Scheduler: String, CaseIterable, Sendable {
    case eulerA = "Euler a"
    case euler = "Euler"
    case lms = "LMS"
    case heun = "Heun"
    case dpm2 = "DPM2"
    case dpm2A = "DPM2 a"
    case dpmPP2SA = "DPM++ 2S a"
    case dpmPP2M = "DPM++ 2M"
    case dpmPPSDE = "DPM++ SDE"
    case dpmPP2MSDE = "DPM++ 2M SDE"
    case dpmFast = "DPM fast"
    case lmsKarras = "LMS Karras"
    case dpm2Karras = "DPM2 Karras"
    case dpm2AKarras = "DPM2 a Karras"
    case dpmPP2SAKarras = "DPM++ 2S a Karras"
    case dpmPP2MKarras = "DPM++ 2M Karras"
    case dpmPPSDEKarras = "DPM++ SDE Karras"
    case dpmPP2MSDEKarras = "DPM++ 2M SDE Karras"

    /// The reference's default.
    package static let standard = Scheduler.dpmPPSDE

    package var isKarras: Bool { rawValue.hasSuffix(" Karras") }

    /// The sampler alone, as AUTOMATIC1111 from 1.9 on names it: the name without its schedule.
    package var sampler: String { isKarras ? String(rawValue.dropLast(" Karras".count)) : rawValue }

    /// How often the model is asked in each step but the last: second-order samplers take twice as long.
    package var callsPerStep: Int {
        switch self {
        case .eulerA, .euler, .lms, .lmsKarras, .dpmPP2M, .dpmPP2MKarras, .dpmPP2MSDE, .dpmPP2MSDEKarras, .dpmFast: 1
        default: 2
        }
    }
}
