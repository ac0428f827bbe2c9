import Commerce
import Gateway
import Hummingbird
import NIOCore
import Units
import Wire

/// What the key's account holds, and what the key may do.
struct AccountEndpoint: EndpointGroup {
    let administration: Administration
    /// nil: nothing is ever called back.
    let callbacks: CallbackSigner?

    var endpoints: [Endpoint] {
        [
            .keyed(.get, "/api/account") { _, caller in
                guard let account = administration.summary(of: caller.key.account) else { throw ErrorResponse.internalFault }
                var body = ByteBuffer()
                document(account, caller.key).write(into: &body)
                return .json(body)
            }
        ]
    }

    private func document(_ account: AccountSummary, _ key: KeyRecord) -> JSONValue {
        let fields: JSONValue = [
            "id": .string(account.record.id.description),
            "name": .string(account.record.name),
            "balance": .money(account.live.available),
            "held": .money(account.live.held),
            "test_balance": .money(account.test.available),
            "test_held": .money(account.test.held),
            "currency": "USD",
            "mode": .string(key.book.rawValue),
            "key": [
                "id": .string(key.id.description),
                "label": .string(key.label),
                "models": key.models.map { .array($0.map(JSONValue.string)) } ?? .null,
                "limit": key.limit.map(JSONValue.money) ?? .null,
                "spent": .money(administration.spent(by: key.id)),
                "expires": key.expires.map { .string($0.description) } ?? .null,
            ],
        ]
        guard let callbacks else { return fields }
        let secret = JSONMember(key: "webhook_secret", value: .string(callbacks.secret(of: account.record.id)))
        return .object((fields.members ?? []) + [secret])
    }
}

extension JSONValue {
    /// US dollars as a decimal string, exact.
    static func money(_ amount: Money) -> JSONValue { .string(amount.description) }
}
