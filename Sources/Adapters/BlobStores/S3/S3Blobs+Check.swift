package import Inference
import NIOCore

extension S3Blobs {
    /// Writes a picture's worth of nothing, reads it, lists and removes it: all that the store's key must be allowed to do.
    package func check() async -> EngineReport {
        let start = NIODeadline.now()
        let key = prefix + "check-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        do throws(BlobFault) {
            let bytes = Array("May this be written?".utf8)
            try await ask(client.request(.put, key: key, body: bytes)) { $0.isSuccess }
            let milliseconds = Int((NIODeadline.now() - start).nanoseconds / 1_000_000)
            let back = try await ask(client.request(.get, key: key)) { $0.isSuccess }
            try await ask(client.request(.delete, key: key)) { $0.isSuccess }
            try await ask(client.request(.get, key: "", query: [("list-type", "2"), ("prefix", prefix), ("max-keys", "1")])) {
                $0.isSuccess
            }
            guard back.body == bytes else { throw BlobFault("\(client.place): what was written reads differently") }
            return EngineReport(
                usable: true, summary: "\(client.place): can be written to, read, listed and cleared",
                latencyMilliseconds: milliseconds)
        } catch {
            return EngineReport(usable: false, summary: error.description)
        }
    }
}
