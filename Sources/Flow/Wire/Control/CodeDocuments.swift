/// A redemption code as it is listed. Members that do not apply are null.
package struct CodeDocument: Codable, Hashable, Sendable {
    package let id: String
    /// The code itself, once: when it is made.
    package let code: String?
    package let prefix: String
    package let amount: String
    /// `live` or `test`: which balance it adds to.
    package let mode: String
    /// `valid`, `redeemed`, `revoked` or `expired`.
    package let state: String
    package let created: String
    package let expires: String?
    /// The id of the account that had it.
    package let redeemedBy: String?
    package let redeemed: String?

    package init(
        id: String, code: String?, prefix: String, amount: String, mode: String, state: String, created: String, expires: String?,
        redeemedBy: String?, redeemed: String?
    ) {
        self.id = id
        self.code = code
        self.prefix = prefix
        self.amount = amount
        self.mode = mode
        self.state = state
        self.created = created
        self.expires = expires
        self.redeemedBy = redeemedBy
        self.redeemed = redeemed
    }
}

/// `code create`, `code list`, and with one code `code revoke`.
package struct CodesDocument: Codable, Hashable, Sendable {
    package let codes: [CodeDocument]

    package init(codes: [CodeDocument]) { self.codes = codes }
}

/// `console link`.
package struct ConsoleLinkDocument: Codable, Hashable, Sendable {
    package let link: String
    package let login: String?
    package let minutes: Int

    package init(link: String, login: String?, minutes: Int) {
        self.link = link
        self.login = login
        self.minutes = minutes
    }
}
