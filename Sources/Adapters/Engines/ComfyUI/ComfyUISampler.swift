import Inference

/// A sampler and a schedule of ComfyUI's.
///
/// "normal" is AUTOMATIC1111's plain schedule: evenly spaced over the time steps, with a zero behind. Source:
/// https://github.com/Comfy-Org/ComfyUI/blob/master/comfy/samplers.py
struct ComfyUISampler: Hashable, Sendable {
    let name: String
    let schedule: String
    /// With one step `dpm_fast` goes from the most noise to the most noise.
    let stepsMin: Int

    /// All eighteen are there under names of their own: nothing is ever substituted.
    init(_ scheduler: Scheduler) {
        name =
            switch scheduler {
            case .eulerA: "euler_ancestral"
            case .euler: "euler"
            case .lms, .lmsKarras: "lms"
            case .heun: "heun"
            case .dpm2, .dpm2Karras: "dpm_2"
            case .dpm2A, .dpm2AKarras: "dpm_2_ancestral"
            case .dpmPP2SA, .dpmPP2SAKarras: "dpmpp_2s_ancestral"
            case .dpmPP2M, .dpmPP2MKarras: "dpmpp_2m"
            case .dpmPPSDE, .dpmPPSDEKarras: "dpmpp_sde"
            case .dpmPP2MSDE, .dpmPP2MSDEKarras: "dpmpp_2m_sde"
            case .dpmFast: "dpm_fast"
            }
        schedule = scheduler.isKarras ? "karras" : "normal"
        stepsMin = scheduler == .dpmFast ? 2 : 1
    }
}
