import Crypto
import CryptoExtras
import Dispatch
import Foundation
import Synchronization

/// Turns passwords into what may be kept of them, and compares. Each costs 32 MiB and tens of milliseconds on purpose, so no more than
/// two are worked on at once, on threads of their own.
///
/// Source of the parameters: OWASP's password storage cheat sheet, scrypt with N = 2^15, r = 8, p = 3.
package final class Passwords: Sendable {
    private let queue = DispatchQueue(label: "passwords", attributes: .concurrent)
    private let places = DispatchSemaphore(value: Passwords.atOnceMax)
    private let waiting = Mutex(0)

    static let atOnceMax = 2
    /// Those who wait for a place; more are told to come back.
    static let waitingMax = 64
    private static let rounds = 1 << 15
    private static let blockSize = 8
    private static let parallelism = 3
    private static let bytes = 32

    package init() {}

    /// `scrypt$32768$8$3$salt$code`, the last two in base64.
    /// - Returns: nil when too many wait.
    package func keep(_ password: String) async -> String? {
        var salt = [UInt8](repeating: 0, count: 16)
        var random = SystemRandomNumberGenerator()
        for index in salt.indices { salt[index] = UInt8.random(in: .min ... .max, using: &random) }
        guard let code = await derive(password, salt) else { return nil }
        return "scrypt$\(Passwords.rounds)$\(Passwords.blockSize)$\(Passwords.parallelism)$"
            + "\(Data(salt).base64EncodedString())$\(Data(code).base64EncodedString())"
    }

    /// - Parameter kept: nil for a user nobody knows: the same work is done for nothing, so that the time tells nobody apart.
    /// - Returns: nil when too many wait.
    package func isRight(_ password: String, _ kept: String?) async -> Bool? {
        let parts = (kept ?? "").split(separator: "$").map(String.init)
        let salt = parts.count == 6 ? Data(base64Encoded: parts[4]).map(Array.init) : nil
        let code = parts.count == 6 ? Data(base64Encoded: parts[5]).map(Array.init) : nil
        guard let derived = await derive(password, salt ?? Array("nobody has this".utf8)) else { return nil }
        guard let code, code.count == derived.count else { return false }
        return zip(code, derived).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func derive(_ password: String, _ salt: [UInt8]) async -> [UInt8]? {
        let isIn = waiting.withLock { waiting in
            guard waiting < Passwords.waitingMax else { return false }
            waiting += 1
            return true
        }
        guard isIn else { return nil }
        defer { waiting.withLock { $0 -= 1 } }
        return await withCheckedContinuation { continuation in
            queue.async { [self] in
                places.wait()
                defer { places.signal() }
                let key = try? KDF.Scrypt.deriveKey(
                    from: Array(password.utf8), salt: salt, outputByteCount: Passwords.bytes, rounds: Passwords.rounds,
                    blockSize: Passwords.blockSize, parallelism: Passwords.parallelism)
                guard let key else { preconditionFailure("the parameters of scrypt are sound") }
                continuation.resume(returning: key.withUnsafeBytes { Array($0) })
            }
        }
    }
}
