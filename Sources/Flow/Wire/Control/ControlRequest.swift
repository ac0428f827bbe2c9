/// What an operator asks of the server through its control socket, or of the same code on the store while no server runs.
///
/// Amounts are decimal US dollars, times are ISO 8601; both are read again, strictly, by whoever answers.
package enum ControlRequest: Codable, Hashable, Sendable {
    case openAccount(name: String)
    case listAccounts
    /// By name or id, as everywhere below.
    case showAccount(account: String)
    /// - Parameter rates: by the names that the configuration has for limits.
    case createKey(
        account: String, test: Bool, label: String, models: [String]?, limit: String?, expires: String?,
        rates: [String: String] = [:], caches: Bool = false)
    /// nil: of every account.
    case listKeys(account: String?)
    case revokeKey(id: String)
    case grantCredit(account: String, amount: String, reference: String, test: Bool)
    case adjustCredit(account: String, amount: String, reason: String, test: Bool)
    case createCodes(amount: String, count: Int, expires: String?, test: Bool)
    case listCodes
    case revokeCode(id: String)
    /// nil: for the first operator.
    case consoleLink(login: String?)
    case verifyLedger
    case statement(account: String, test: Bool, from: String?, to: String?)
    case usage(account: String, test: Bool, from: String?, to: String?, model: String?)
    case margin(from: String?, to: String?, model: String?)
    case checkEngines
    /// - Parameters:
    ///   - state: `queued`, `running`, `finished`, `failed` or `cancelled`; nil: all.
    ///   - account: nil: of every account.
    ///   - all: also the last that are over.
    case listImageJobs(state: String?, account: String?, all: Bool)
    /// By the job's number.
    case showImageJob(id: String)
    case cancelImageJob(id: String)
    /// `path` is absolute: the one who answers may live in another directory.
    case backUp(path: String)
    case restore(path: String)
}
