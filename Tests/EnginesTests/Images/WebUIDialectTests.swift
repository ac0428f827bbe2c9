import Inference
import NIOCore
import TestKit
import Testing
import Wire

@testable import Engines

/// What a dialect calls a scheduler; nil where there is nothing near.
private struct Named: Sendable {
    let scheduler: Scheduler
    let sampler: String?
    let schedule: String?
    var isSame = true
}

private let split: [Named] = [
    Named(scheduler: .eulerA, sampler: "Euler a", schedule: "Uniform"),
    Named(scheduler: .euler, sampler: "Euler", schedule: "Uniform"),
    Named(scheduler: .lms, sampler: "LMS", schedule: "Uniform"), Named(scheduler: .heun, sampler: "Heun", schedule: "Uniform"),
    Named(scheduler: .dpm2, sampler: "DPM2", schedule: "Uniform"),
    Named(scheduler: .dpm2A, sampler: "DPM2 a", schedule: "Uniform"),
    Named(scheduler: .dpmPP2SA, sampler: "DPM++ 2S a", schedule: "Uniform"),
    Named(scheduler: .dpmPP2M, sampler: "DPM++ 2M", schedule: "Uniform"),
    Named(scheduler: .dpmPPSDE, sampler: "DPM++ SDE", schedule: "Uniform"),
    Named(scheduler: .dpmPP2MSDE, sampler: "DPM++ 2M SDE", schedule: "Uniform"),
    Named(scheduler: .dpmFast, sampler: "DPM fast", schedule: "Uniform"),
    Named(scheduler: .lmsKarras, sampler: "LMS", schedule: "Karras"),
    Named(scheduler: .dpm2Karras, sampler: "DPM2", schedule: "Karras"),
    Named(scheduler: .dpm2AKarras, sampler: "DPM2 a", schedule: "Karras"),
    Named(scheduler: .dpmPP2SAKarras, sampler: "DPM++ 2S a", schedule: "Karras"),
    Named(scheduler: .dpmPP2MKarras, sampler: "DPM++ 2M", schedule: "Karras"),
    Named(scheduler: .dpmPPSDEKarras, sampler: "DPM++ SDE", schedule: "Karras"),
    Named(scheduler: .dpmPP2MSDEKarras, sampler: "DPM++ 2M SDE", schedule: "Karras"),
]

private let sdNext: [Named] = [
    Named(scheduler: .eulerA, sampler: "Euler a", schedule: "default"),
    Named(scheduler: .euler, sampler: "Euler", schedule: "default"),
    Named(scheduler: .lms, sampler: "LMSD", schedule: "default"), Named(scheduler: .heun, sampler: "Heun", schedule: "default"),
    Named(scheduler: .dpm2, sampler: "KDPM2", schedule: "default"),
    Named(scheduler: .dpm2A, sampler: "KDPM2 a", schedule: "default"),
    Named(scheduler: .dpmPP2SA, sampler: "DPM++ 1S", schedule: "default", isSame: false),
    Named(scheduler: .dpmPP2M, sampler: "DPM++ 2M", schedule: "default"),
    Named(scheduler: .dpmPPSDE, sampler: "DPM SDE", schedule: "default"),
    Named(scheduler: .dpmPP2MSDE, sampler: "DPM++ 2M SDE", schedule: "default"),
    Named(scheduler: .dpmFast, sampler: nil, schedule: nil, isSame: false),
    Named(scheduler: .lmsKarras, sampler: "LMSD", schedule: "karras"),
    Named(scheduler: .dpm2Karras, sampler: "KDPM2", schedule: "karras"),
    Named(scheduler: .dpm2AKarras, sampler: "KDPM2 a", schedule: "karras"),
    Named(scheduler: .dpmPP2SAKarras, sampler: "DPM++ 1S", schedule: "karras", isSame: false),
    Named(scheduler: .dpmPP2MKarras, sampler: "DPM++ 2M", schedule: "karras"),
    Named(scheduler: .dpmPPSDEKarras, sampler: "DPM SDE", schedule: "karras"),
    Named(scheduler: .dpmPP2MSDEKarras, sampler: "DPM++ 2M SDE", schedule: "karras"),
]

extension `An engine for AUTOMATIC1111's kind` {
    @Suite struct `Naming a scheduler` {
        private func body(
            of order: ImageOrder, at version: GivenWebUI.Version, strict: Bool = true,
            change: (inout [String: ScriptedEngineServer.Route]) -> Void = { _ in }
        ) async throws -> (body: JSONValue?, painted: PaintedImage?, failure: ImageFailure?) {
            let server = try await GivenWebUI.start(version, change: change)
            let engine = try GivenWebUI.engine(server) { $0.strictScheduler = strict }
            var result: (painted: PaintedImage?, failure: ImageFailure?)
            do throws(ImageFailure) { result.painted = try await engine.paint(order) { _ in } } catch { result.failure = error }
            let body = try server.requests(to: "POST /sdapi/v1/txt2img").first.map { try JSONValue(parsing: $0.body) }
            await server.upstream.stop()
            return (body, result.painted, result.failure)
        }

        @Test(arguments: Scheduler.allCases)
        func `is one name up to 1-8`(scheduler: Scheduler) async throws {
            let (body, painted, _) = try await body(of: GivenWebUI.order(scheduler), at: .joined)
            #expect(body?["sampler_name"]?.string == scheduler.rawValue)
            #expect(body?["scheduler"] == nil && body?["schedulers_sigma"] == nil)
            #expect(painted?.file != nil)
        }

        @Test(arguments: split, [GivenWebUI.Version.split, .splitUnlisted])
        fileprivate func `is a sampler and a schedule from 1-9 on`(named: Named, version: GivenWebUI.Version) async throws {
            let (body, painted, _) = try await body(of: GivenWebUI.order(named.scheduler), at: version)
            #expect(body?["sampler_name"]?.string == named.sampler)
            #expect(body?["scheduler"]?.string == named.schedule)
            #expect(painted != nil && painted?.substitute == nil)
        }

        @Test(arguments: sdNext, [true, false])
        fileprivate func `is a name of diffusers in SD-Next`(named: Named, strict: Bool) async throws {
            let (body, painted, failure) = try await body(of: GivenWebUI.order(named.scheduler), at: .sdNext, strict: strict)
            guard named.sampler != nil, named.isSame || !strict else {
                #expect(failure?.kind == .refused && body == nil)
                return
            }
            #expect(body?["sampler_name"]?.string == named.sampler)
            #expect(body?["schedulers_sigma"]?.string == named.schedule)
            #expect(body?["scheduler"] == nil)
            #expect(painted != nil && painted?.substitute == (named.isSame ? nil : named.sampler))
        }

        @Test func `covers all eighteen in each table`() {
            #expect(split.map(\.scheduler) == Scheduler.allCases && sdNext.map(\.scheduler) == Scheduler.allCases)
        }

        @Test func `takes ComfyUI's name of the plain schedule where that is listed`() async throws {
            let (body, painted, _) = try await body(of: GivenWebUI.order(.euler), at: .split) {
                $0["GET /sdapi/v1/schedulers"] = { _ in
                    .json(#"[{"name":"normal","label":"Normal"},{"name":"karras","label":"Karras"}]"#)
                }
            }
            #expect(body?["scheduler"] == "Normal")
            #expect(painted != nil)
        }

        @Test func `refuses a schedule that is not listed: it would become another`() async throws {
            let (body, _, failure) = try await body(of: GivenWebUI.order(.lmsKarras), at: .split) {
                $0["GET /sdapi/v1/schedulers"] = { _ in .json(#"[{"name":"uniform","label":"Uniform"}]"#) }
            }
            #expect(failure?.kind == .refused && body == nil)
        }

        @Test func `refuses a sampler that is not listed`() async throws {
            let (body, _, failure) = try await body(of: GivenWebUI.order(.dpmFast), at: .split) {
                $0["GET /sdapi/v1/samplers"] = { _ in .json(#"[{"name":"Euler","aliases":[],"options":{}}]"#) }
            }
            #expect(failure == ImageFailure(.refused, detail: "the server has no sampler for 'DPM fast'"))
            #expect(body == nil)
        }
    }
}
