import Commerce
import Dispatch
import Foundation
import NIOCore
import Synchronization
import Units
import Wire

/// Where a line for each finished request goes. Loops hand over pages of lines; a thread of its own writes them, so that a slow disk or
/// a reader who sleeps stops nobody. What waits is bounded, and what does not fit is counted and thrown away.
package final class AccessLog: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "access-log")
    private let waitingBytes = Mutex(0)
    /// Bytes that may wait for the writer: some seconds of a busy server.
    private static let waitingBytesMax = 16 << 20

    /// - Parameter descriptor: open for appending; it stays open for the life of the process.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// Opens a file to append to, and makes it when it is not there, readable by its owner and group.
    /// - Throws: the system's error.
    package convenience init(path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.init(descriptor: descriptor)
    }

    /// - Returns: false when too much waits already: the page is lost.
    func write(_ page: ByteBuffer) -> Bool {
        let hasRoom = waitingBytes.withLock { waiting in
            guard waiting + page.readableBytes <= AccessLog.waitingBytesMax else { return false }
            waiting += page.readableBytes
            return true
        }
        if hasRoom { queue.async { self.carryOut(page) } }
        return hasRoom
    }

    /// Waits until everything handed over is written: before the process ends.
    func flush() { queue.sync {} }

    private func carryOut(_ page: ByteBuffer) {
        page.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                // Nobody can be told that the log cannot be written; serving goes on.
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
        }
        waitingBytes.withLock { $0 -= page.readableBytes }
    }
}

/// One loop's lines on their way to the log.
struct AccessPage {
    private let log: AccessLog?
    private var page = ByteBuffer()
    private var lines = 0
    private var second: Int64 = -1
    private var secondText = ""
    /// A page is handed over when it is this long, and about once a second.
    private static let pageBytes = 32 << 10
    /// A line's longest, beside the names in it.
    private static let lineBytesMax = 768

    init(_ log: AccessLog?) { self.log = log }

    /// - Returns: lines that were lost.
    mutating func add(_ served: Served, _ request: RequestID, at now: Instant, took microseconds: Int) -> Int {
        guard log != nil else { return 0 }
        if now.seconds != second {
            second = now.seconds
            secondText = String(now.description.prefix(20))
        }
        lines += 1
        let namesMax = served.chat.map { TextRoom.jsonBytesMax(of: $0.model) + TextRoom.jsonBytesMax(of: $0.keyPrefix) } ?? 0
        page.write(upTo: AccessPage.lineBytesMax + namesMax) { room in
            room.write("{\"time\":\"")
            room.write(text: secondText)
            room.write(sixDigits: now.microseconds - now.seconds * 1_000_000)
            room.write("Z\",\"request\":\"")
            room.write(text: request.description)
            room.write("\",\"route\":\"")
            room.write(served.route.label)
            room.write("\",\"status\":")
            room.write(decimal: served.status)
            if let chat = served.chat { room.write(chat) }
            if let first = served.firstByteAt {
                room.write(",\"first_byte_us\":")
                room.write(decimal: (first - served.began).microseconds)
            }
            room.write(",\"duration_us\":")
            room.write(decimal: microseconds)
            room.write(",\"bytes_in\":")
            room.write(decimal: served.receivedBytes)
            room.write(",\"bytes_out\":")
            room.write(decimal: served.sentBytes)
            if served.isCut { room.write(",\"cut\":true") }
            room.write("}\n")
        }
        return page.readableBytes >= AccessPage.pageBytes ? handOver() : 0
    }

    /// - Returns: lines that were lost.
    mutating func handOver() -> Int {
        guard lines > 0, let log else { return 0 }
        defer {
            page = ByteBuffer()
            lines = 0
        }
        return log.write(page) ? 0 : lines
    }
}

extension TextRoom {
    fileprivate mutating func write(_ chat: Served.Chat) {
        write(",\"account\":\"acc_")
        write(decimal: chat.account.value)
        write("\",\"book\":\"")
        write(text: chat.book.rawValue)
        write("\",\"key\":")
        write(json: chat.keyPrefix)
        write(",\"model\":")
        write(json: chat.model)
        guard let usage = chat.usage else { return }
        write(",\"prompt_tokens\":")
        write(decimal: usage.promptTokens)
        write(",\"completion_tokens\":")
        write(decimal: usage.completionTokens)
        write(",\"charge\":\"")
        write(text: chat.charge.description)
        write("\"")
    }

    fileprivate mutating func write(sixDigits value: Int64) {
        var power: Int64 = 100_000
        while power > 0 {
            write(byte: UInt8(ascii: "0") + UInt8(value / power % 10))
            power /= 10
        }
    }
}
