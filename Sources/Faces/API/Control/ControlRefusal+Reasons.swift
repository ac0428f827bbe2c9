import Commerce
import Gateway
import Units
package import Wire

extension ControlRefusal {
    /// The one place where what went wrong in administration becomes a code and a sentence.
    package init(_ error: any Error) {
        switch error {
        case let refusal as ControlRefusal: self = refusal
        case let rejection as LedgerRejection: self.init(rejection)
        case TopUpFailure.rejected(let rejection): self.init(rejection)
        case is DecodingError:
            self.init(code: "request_unknown", message: "the server does not know this request; is it of another version?")
        default: self.init(code: "failed", message: "\(error)")
        }
    }

    private init(_ rejection: LedgerRejection) {
        switch rejection {
        case .invalid(let field, let expected, let got):
            self.init(code: "invalid_\(field)", message: "\(field): expected \(expected), got \(got.isEmpty ? "nothing" : got)")
        case .accountNameTaken(let name):
            self.init(code: "account_name_taken", message: "there is an account named \(name) already")
        case .accountUnknown(let account):
            self.init(code: "account_unknown", message: "there is no account \(account); minitoolai account list shows them")
        case .keyUnknown(let key):
            self.init(code: "key_unknown", message: "there is no key \(key); minitoolai key list shows them by id")
        case .amountOutOfRange(let amount):
            self.init(
                code: "invalid_amount",
                message: "amount: expected more than zero and a balance of at most 1000000000 afterwards, got \(amount)")
        case .referenceTaken(let reference, let amount):
            self.init(
                code: "reference_taken",
                message: "the reference \(reference) was used before, for \(amount); one reference stands for one amount")
        case .moreThanAvailable(let amount, let available):
            self.init(
                code: "invalid_amount",
                message: "amount: expected no more than the \(available) that are available, got \(amount)")
        case .topUp(let refusal): self.init(refusal)
        case .people(let rejection): self.init(code: "refused", message: "\(rejection)")
        }
    }

    private init(_ refusal: TopUpRefusal) {
        switch refusal {
        case .codeUnknown:
            self.init(code: "code_unknown", message: "there is no such code; minitoolai code list shows them by id")
        case .codeRedeemed: self.init(code: "code_redeemed", message: "the code was redeemed, and what it did stays")
        case .codeRevoked: self.init(code: "code_revoked", message: "the code was revoked")
        case .codeExpired(let time): self.init(code: "code_expired", message: "the code expired at \(time)")
        case .orderUnknown(let order): self.init(code: "order_unknown", message: "there is no order \(order)")
        case .mismatch(let field, let expected, let got):
            self.init(code: "payment_mismatch", message: "\(field): expected \(expected), got \(got)")
        }
    }

    /// A copy is never put in place under a server that is writing.
    static let serving = ControlRefusal(
        code: "server_running", message: "a server is using this data directory; stop it before restoring a backup")
}
