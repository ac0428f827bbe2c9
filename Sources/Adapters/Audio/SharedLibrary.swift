import Glibc
import Inference

/// A library of the system that is opened when it is first needed: a server that does not speak carries none of them, and one that misses
/// a library misses one format.
struct SharedLibrary: @unchecked Sendable {
    private let name: String
    private let handle: UnsafeMutableRawPointer

    /// - Parameter names: of the interfaces that will do, the best first, each with its version: `libFLAC.so.14`. It is never closed.
    init(_ names: String...) throws(SpeechFault) {
        for name in names {
            guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
            (self.name, self.handle) = (name, handle)
            return
        }
        throw SpeechFault("\(names.joined(separator: " or ")) is not installed")
    }

    /// - Parameter type: that of the C function, which nobody checks.
    func function<Function>(_ symbol: String, as type: Function.Type = Function.self) throws(SpeechFault) -> Function {
        guard let address = dlsym(handle, symbol) else { throw SpeechFault("\(name) has no \(symbol)") }
        return unsafeBitCast(address, to: type)
    }
}
