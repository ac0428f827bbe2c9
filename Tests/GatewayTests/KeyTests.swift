import Commerce
import TestKit
import Testing
import Units

@testable import Gateway

struct KeyTests {
    private let clock = ManualClock()
    private let mint = KeyMint(pepper: Array(0..<32))

    private func record(_ secret: String, expires: Instant? = nil, revoked: Instant? = nil, book: Book = .live) -> KeyRecord {
        KeyRecord(
            id: KeyID(1), account: AccountID(1), book: book, mac: mint.mac(of: secret.utf8).bytes, prefix: "sk-abcd", label: "",
            models: nil, limit: nil, expires: expires, created: clock.now(), revoked: revoked)
    }

    @Test(arguments: [(Book.live, "sk-"), (Book.test, "sk-test-")])
    func `a secret tells its book and is never made twice`(book: Book, prefix: String) {
        let secrets = (0..<100).map { _ in mint.secret(for: book) }
        #expect(Set(secrets).count == 100)
        #expect(secrets.allSatisfy { $0.hasPrefix(prefix) && $0.count == prefix.count + 43 })
    }

    @Test func `a live secret never looks like a test secret`() {
        // "test-" has a dash, which is not among the digits.
        #expect((0..<1000).allSatisfy { _ in !mint.secret(for: .live).hasPrefix("sk-test-") })
    }

    @Test func `a caller is found by the whole secret and nothing less`() throws {
        let secret = mint.secret(for: .live)
        let keys = KeyDirectory([record(secret)], mint: mint, clock: clock)
        #expect(try keys.caller(showing: secret).key.id == KeyID(1))
        for wrong in [
            String(secret.dropLast()), secret + "x", secret.lowercased(), "", "sk-", String(repeating: "a", count: 100_000),
        ] {
            #expect(throws: Refusal.unknownKey) { try keys.caller(showing: wrong) }
        }
    }

    @Test func `a revoked key is refused from the next look on`() throws {
        let keys = KeyDirectory([record("sk-a")], mint: mint, clock: clock)
        _ = try keys.caller(showing: "sk-a")
        keys.put(record("sk-a", revoked: clock.now()))
        #expect(throws: Refusal.keyRevoked) { try keys.caller(showing: "sk-a") }
    }

    @Test func `a secret that is shown again is known by its code, and only it`() throws {
        let keys = KeyDirectory([record("sk-a"), record("sk-b", book: .test)], mint: mint, clock: clock)
        var shown = ShownSecret()
        func book(_ secret: String) throws -> Book {
            try Array(secret.utf8).withUnsafeBytes { try keys.caller(showing: $0, after: &shown).key.book }
        }
        for _ in 0..<2 {
            for (secret, expected) in [("sk-a", Book.live), ("sk-a", .live), ("sk-b", .test), ("sk-a", .live)] {
                #expect(try book(secret) == expected)
            }
            for wrong in ["sk-c", "sk-c", "sk-aa", "sk-", ""] { #expect(throws: Refusal.unknownKey) { try book(wrong) } }
        }
        _ = try book("sk-a")
        keys.put(record("sk-a", revoked: clock.now()))
        #expect(throws: Refusal.keyRevoked) { try book("sk-a") }
    }

    @Test func `a key ends at the moment it expires`() throws {
        let keys = KeyDirectory([record("sk-a", expires: clock.now().advanced(bySeconds: 10))], mint: mint, clock: clock)
        clock.advance(bySeconds: 9)
        _ = try keys.caller(showing: "sk-a")
        clock.advance(bySeconds: 1)
        #expect(throws: Refusal.keyExpired) { try keys.caller(showing: "sk-a") }
    }

    @Test func `another pepper makes another code`() {
        let other = KeyMint(pepper: Array(1...32))
        #expect(mint.mac(of: "sk-a".utf8) != other.mac(of: "sk-a".utf8))
        #expect(KeyMAC(bytes: mint.mac(of: "sk-a".utf8).bytes) == mint.mac(of: "sk-a".utf8))
    }
}
