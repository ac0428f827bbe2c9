import Inference

/// A scheduler in stable-diffusion.cpp's words.
struct CppSampler: Hashable, Sendable {
    /// For `sample_method`.
    let method: String
    /// For `scheduler`: `discrete` is k-diffusion's plain schedule.
    let schedule: String
    /// Another algorithm than the one asked for: the nearest.
    let isSubstitute: Bool

    /// The name of the same algorithm, if any version has it, and that of the nearest one.
    /// Source: stable-diffusion.cpp, `sample_method_t` and its names; some came after 0.4.7.
    static func names(for scheduler: Scheduler) -> (same: String?, nearest: String?) {
        switch scheduler {
        case .eulerA: ("euler_a", nil)
        case .euler: ("euler", nil)
        case .heun: ("heun", nil)
        case .lms, .lmsKarras: ("lms", "dpm++2m")
        case .dpm2, .dpm2Karras: ("dpm2", nil)
        case .dpm2A, .dpm2AKarras: (nil, "dpm2")
        case .dpmPP2SA, .dpmPP2SAKarras: ("dpm++2s_a", nil)
        case .dpmPP2M, .dpmPP2MKarras: ("dpm++2m", nil)
        case .dpmPPSDE, .dpmPPSDEKarras: (nil, "dpm++2s_a")
        case .dpmPP2MSDE, .dpmPP2MSDEKarras: ("dpm++2m_sde_bt", "dpm++2m")
        case .dpmFast: (nil, "dpm++2m")
        }
    }
}
