/// An account: who pays. Small integers in order of creation, shown as `acc_1`.
package struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: AccountID, right: AccountID) -> Bool { left.value < right.value }
    package var description: String { "acc_\(value)" }
    /// Reads `acc_1` or `1`.
    package init?(text: some StringProtocol) { self.init(text: text, prefix: "acc_") }
}

/// An API key's record, never its secret; shown as `key_1`.
package struct KeyID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: KeyID, right: KeyID) -> Bool { left.value < right.value }
    package var description: String { "key_\(value)" }
    package init?(text: some StringProtocol) { self.init(text: text, prefix: "key_") }
}

/// A hold: money set aside for one request. It has the number of the entry that opened it.
package struct HoldID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package init(openedBy entry: EntryID) { value = entry.value }
    package static func < (left: HoldID, right: HoldID) -> Bool { left.value < right.value }
    package var description: String { "hold_\(value)" }
}

/// An entry of the ledger, numbered without gaps in the order of commit.
package struct EntryID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: EntryID, right: EntryID) -> Bool { left.value < right.value }
    package var description: String { "ent_\(value)" }
}

/// One immutable version of a model's price.
package struct PriceID: Hashable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package var description: String { "price_\(value)" }
}

/// A redemption code's record, never the code itself; shown as `code_1`.
package struct CodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: CodeID, right: CodeID) -> Bool { left.value < right.value }
    package var description: String { "code_\(value)" }
    package init?(text: some StringProtocol) { self.init(text: text, prefix: "code_") }
}

/// A top-up that was begun with a payment provider; shown as `order_1`.
package struct OrderID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: OrderID, right: OrderID) -> Bool { left.value < right.value }
    package var description: String { "order_\(value)" }
    package init?(text: some StringProtocol) { self.init(text: text, prefix: "order_") }
}

/// Somebody who signs in to the console; shown as `user_1`.
package struct UserID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: UserID, right: UserID) -> Bool { left.value < right.value }
    package var description: String { "user_\(value)" }
    package init?(text: some StringProtocol) { self.init(text: text, prefix: "user_") }
}

/// One life of the serving process. Each start takes the next; work of an earlier epoch is resolved before the next one serves.
package struct Epoch: Hashable, Comparable, Sendable {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: Epoch, right: Epoch) -> Bool { left.value < right.value }
    package var next: Epoch { Epoch(value + 1) }
}

/// One request of a caller, `req_` and 32 hexadecimal digits: in the `x-request-id` header, in logs and in the statement.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

private protocol NumberedID {
    init(_ value: Int64)
}

extension AccountID: NumberedID {}
extension KeyID: NumberedID {}
extension CodeID: NumberedID {}
extension OrderID: NumberedID {}
extension UserID: NumberedID {}

extension NumberedID {
    fileprivate init?(text: some StringProtocol, prefix: String) {
        let digits = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : String(text)
        guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let value = Int64(digits), value > 0 else { return nil }
        self.init(value)
    }
}
