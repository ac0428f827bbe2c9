import Glibc
import Inference

/// A library of the system that is opened when it is first needed: a server that does not speak carries none of them, and one that misses
/// a library misses one format.
struct SharedLibrary: @unchecked Sendable {
    private let name: String
    private let handle: UnsafeMutableRawPointer

    /// - Parameter name: with the version of its interface, `libmp3lame.so.0`. It is never closed.
    init(_ name: String) throws(SpeechFault) {
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { throw SpeechFault("\(name) is not installed") }
        self.name = name
        self.handle = handle
    }

    /// - Parameter type: that of the C function, which nobody checks.
    func function<Function>(_ symbol: String, as type: Function.Type = Function.self) throws(SpeechFault) -> Function {
        guard let address = dlsym(handle, symbol) else { throw SpeechFault("\(name) has no \(symbol)") }
        return unsafeBitCast(address, to: type)
    }
}
