import Glibc
package import Logging
package import NIOCore
import NIOPosix
import Wire

/// The operators' entrance: a Unix socket in the data directory that only its owner may open. One JSON line in, one out.
///
/// The owner of the process on the other side is asked of the kernel, so a socket whose mode was loosened by hand still
/// answers nobody else.
package struct ControlSocket: Sendable {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private let directory: String
    private let listener: NIOAsyncChannel<Connection, Never>
    private let logger: Logger

    /// Binds the socket. A file of that name is left over from a server that died, for the caller holds the directory's lock.
    /// - Parameter directory: the data directory, of any length.
    package init(in directory: String, on group: any EventLoopGroup, logger: Logger) async throws {
        self.directory = directory
        self.logger = logger
        listener = try await ControlSocket.bind(in: directory, on: group)
    }

    private static func bind(
        in directory: String, on group: any EventLoopGroup
    ) async throws -> NIOAsyncChannel<Connection, Never> {
        // Bound here and not by NIO, which would remove the file by its path at the end, when the path's descriptor may long
        // mean another directory.
        let descriptor = try OpenedDirectory.with(directory) { try listeningSocket(at: $0.path(ControlLimits.socketName)) }
        return try await ServerBootstrap(group: group).bind(descriptor) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    ByteToMessageHandler(LineDecoder(bytesMax: ControlLimits.requestBytesMax)))
                return try Connection(wrappingChannelSynchronously: channel)
            }
        }
    }

    private static func listeningSocket(at path: String) throws -> CInt {
        unlink(path)
        let address = try SocketAddress(unixDomainSocketPath: path)
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket for operators") }
        let isListening = address.withSockAddr { pointer, size in
            Glibc.bind(descriptor, pointer, socklen_t(size)) == 0 && chmod(path, 0o600) == 0
                && listen(descriptor, CInt(ControlLimits.connectionsMax)) == 0
        }
        guard isListening else {
            let error = IOError(errnoCode: errno, reason: "bind of the operators' socket")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Answers until the task is cancelled; then every connection is closed and the socket file removed.
    package func run(answer: @escaping @Sendable ([UInt8]) async -> [UInt8]) async throws {
        defer { removeFile() }
        do {
            try await accept(answer)
        } catch is CancellationError {
            return
        }
    }

    private func accept(_ answer: @escaping @Sendable ([UInt8]) async -> [UInt8]) async throws {
        try await listener.executeThenClose { connections in
            try await withTaskCancellationHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    var open = 0
                    for try await connection in connections {
                        if open == ControlLimits.connectionsMax {
                            try await group.next()
                            open -= 1
                        }
                        open += 1
                        group.addTask { await serve(connection, answer) }
                    }
                }
            } onCancel: {
                listener.channel.close(promise: nil)
            }
        }
    }

    private func serve(_ connection: Connection, _ answer: @Sendable ([UInt8]) async -> [UInt8]) async {
        do {
            try await connection.executeThenClose { lines, _ in
                guard try await isOwner(of: connection.channel) else {
                    logger.warning("control.refused", metadata: ["reason": "another user"])
                    return
                }
                let impatience = connection.channel.eventLoop.scheduleTask(in: .seconds(ControlLimits.requestSeconds)) {
                    connection.channel.close(promise: nil)
                }
                for try await line in lines {
                    impatience.cancel()
                    // Closing throws away what has not gone out: a long answer is waited for to its last byte.
                    try await connection.channel.writeAndFlush(ByteBuffer(bytes: answer(Array(buffer: line))))
                    return
                }
            }
        } catch {
            logger.debug("control.broken", metadata: ["error": "\(error)"])
        }
    }

    private func isOwner(of channel: any Channel) async throws -> Bool {
        guard let provider = channel as? any SocketOptionProvider else { return false }
        let peer: PeerCredentials = try await provider.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        ).get()
        return peer.uid == geteuid()
    }

    private func removeFile() {
        do {
            try OpenedDirectory.with(directory) { _ = unlink($0.path(ControlLimits.socketName)) }
        } catch {
            logger.debug("control.not_removed", metadata: ["error": "\(error)"])
        }
    }
}

/// Cuts a connection's bytes into lines, without their line feeds.
private struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    let bytesMax: Int

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard buffer.readableBytes <= bytesMax else { throw LineTooLong() }
            return .needMoreData
        }
        let length = end - buffer.readerIndex
        guard length <= bytesMax else { throw LineTooLong() }
        guard let line = buffer.readSlice(length: length) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 1)
        context.fireChannelRead(wrapInboundOut(line))
        return .continue
    }
}

private struct LineTooLong: Error {}

/// What the kernel says of the process on the other side: `struct ucred` of unix(7), which Glibc shows to GNU sources only.
private struct PeerCredentials {
    var pid: Int32
    var uid: UInt32
    var gid: UInt32
}
