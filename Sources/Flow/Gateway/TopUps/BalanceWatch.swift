import Commerce
package import Inference
package import Logging
import NIOCore
import Units

/// Tells accounts that their live balance runs low: once, until it has been above the threshold again.
package struct BalanceWatch: Sendable {
    private let ledger: LedgerWriter
    private let signer: CallbackSigner
    private let sender: any CallbackSender
    private let clock: any Clock
    private let logger: Logger

    /// How often balances are looked at: soon enough to top up, seldom enough to cost nothing.
    private static let interval = Duration.seconds(5)
    /// Tries of one notice, seconds apart; the next look begins anew.
    private static let triesMax = 3

    package init(
        ledger: LedgerWriter, signer: CallbackSigner, sender: any CallbackSender, clock: any Clock = SystemClock(), logger: Logger
    ) {
        self.ledger = ledger
        self.signer = signer
        self.sender = sender
        self.clock = clock
        self.logger = logger
    }

    /// Until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await look()
            // It fails only when the task is cancelled.
            try? await Task.sleep(for: BalanceWatch.interval)
        }
    }

    /// One look at every account that wants to be told.
    package func look() async {
        for (account, alert) in ledger.topUps.alerts {
            let available = ledger.balance(of: Purse(account: account, book: .live)).available
            let isLow = available < alert.threshold
            guard isLow != alert.isTold else { continue }
            if isLow, await !tell(account, alert, available) { continue }
            _ = await ledger.perform(.topUp(.noteAlert(account, isTold: isLow)))
        }
    }

    /// - Returns: whether it need not be told again.
    private func tell(_ account: AccountID, _ alert: BalanceAlert, _ available: Money) async -> Bool {
        let now = clock.now()
        let body = """
            {"type":"balance.low","timestamp":"\(now)","data":{"account":"\(account)","balance":"\(available)",\
            "threshold":"\(alert.threshold)","currency":"USD"}}
            """
        let id = "msg_balance_\(account.value)_\(now.microseconds)"
        for attempt in 1...BalanceWatch.triesMax {
            let callback = signer.signed(ByteBuffer(string: body), named: id, to: alert.address, for: account, at: clock.now())
            switch await sender.send(callback) {
            case .delivered: return true
            case .gone:
                _ = await ledger.perform(.topUp(.setAlert(account, nil)))
                return false
            case .failed(let why):
                logger.notice(
                    "balance.alert_failed", metadata: ["account": "\(account)", "attempt": "\(attempt)", "why": "\(why)"])
                guard attempt < BalanceWatch.triesMax, (try? await Task.sleep(for: .seconds(2))) != nil else { return false }
            }
        }
        return false
    }
}
