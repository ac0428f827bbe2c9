package import Commerce
import Synchronization
import Units

/// Who is calling: the key that was shown, valid at that moment.
package final class Caller: Sendable {
    package let key: KeyRecord

    /// The key may have ended, or will.
    fileprivate let mayLapse: Bool

    package init(key: KeyRecord) {
        self.key = key
        mayLapse = key.revoked != nil || key.expires != nil
    }

    package var purse: Purse { Purse(account: key.account, book: key.book) }
}

/// Every key by the code of its secret, in memory. A key that is created or revoked counts from the next look on.
package final class KeyDirectory: Sendable {
    private let byMAC = Mutex<[KeyMAC: Caller]>([:])
    private let mint: KeyMint
    private let clock: any Clock

    package init(_ keys: some Sequence<KeyRecord>, mint: KeyMint, clock: any Clock) {
        self.mint = mint
        self.clock = clock
        for key in keys { put(key) }
    }

    /// Adds a key, or replaces what was known of it.
    package func put(_ key: KeyRecord) {
        guard let mac = KeyMAC(bytes: key.mac) else { preconditionFailure("a key is stored with its 32-byte code") }
        byMAC.withLock { $0[mac] = Caller(key: key) }
    }

    /// The caller who shows `secret`, on a line where `shown` was shown last: the same secret need not be hashed again. Whether the
    /// key still counts is looked up each time.
    package func caller(showing secret: UnsafeRawBufferPointer, after shown: inout ShownSecret) throws(Refusal) -> Caller {
        guard !secret.isEmpty, secret.count <= KeyDirectory.secretBytesMax else { throw .unknownKey }
        return try caller(with: shown.mac(of: secret, by: mint))
    }

    /// The caller who shows `secret`, the bytes after `Bearer `.
    /// - Throws: ``Refusal/unknownKey``, ``Refusal/keyRevoked``, ``Refusal/keyExpired``.
    package func caller(showing secret: UnsafeRawBufferPointer) throws(Refusal) -> Caller {
        guard !secret.isEmpty, secret.count <= KeyDirectory.secretBytesMax else { throw .unknownKey }
        return try caller(with: mint.mac(ofBytes: secret))
    }

    private func caller(with mac: KeyMAC) throws(Refusal) -> Caller {
        guard let caller = byMAC.withLock({ $0[mac] }) else { throw .unknownKey }
        if caller.mayLapse, let refusal = caller.key.refusal(at: clock.now()) { throw refusal }
        return caller
    }

    package func caller(showing secret: String) throws(Refusal) -> Caller {
        var secret = secret
        let found: Result<Caller, Refusal> = secret.withUTF8 { bytes in
            do throws(Refusal) { return .success(try caller(showing: UnsafeRawBufferPointer(bytes))) } catch {
                return .failure(error)
            }
        }
        return try found.get()
    }

    /// Longer than any key of ours; nothing longer is worth hashing.
    private static let secretBytesMax = 256

    package var all: [KeyRecord] { byMAC.withLock { $0.values.map(\.key).sorted { $0.id < $1.id } } }
}
