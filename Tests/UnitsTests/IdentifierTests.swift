import Testing
import Units

@Suite struct `Identifiers` {
    @Test(arguments: [("acc_1", 1), ("1", 1), ("9223372036854775807", Int64.max), ("acc_0042", 42)])
    func `an account's id is read with or without its prefix`(text: String, value: Int64) {
        #expect(AccountID(text: text) == AccountID(value))
    }

    @Test(arguments: ["", "acc_", "acc_0", "0", "-1", "+1", "acc_+1", "key_1", "acc_1x", "9223372036854775808", "١"])
    func `what is no id is refused`(text: String) {
        #expect(AccountID(text: text) == nil)
    }
}
