import Foundation
import NIOCore
import NIOPosix
package import Wire

extension House {
    /// Has a request carried out: by the running server if there is one, else straight on the store.
    /// - Throws: ``ControlRefusal`` when it was refused, ``Failure`` when nobody could be asked.
    func ask<Document: Decodable>(
        _ request: ControlRequest, at place: Place, for document: Document.Type
    ) async throws -> Document {
        let socket = ControlClient(directory: try dataDirectory(place))
        let line: [UInt8]
        if let reply = try await socket.ask(request) {
            line = reply
        } else {
            line = try await answer(request, place)
        }
        do {
            return try ControlLine.document(document, in: line)
        } catch is DecodingError {
            throw Failure(.unavailable, "the server's answer cannot be read; is it of another version?")
        }
    }
}

/// The near end of the control socket.
package struct ControlClient: Sendable {
    private let directory: String

    package init(directory: String) { self.directory = directory }

    /// The answer's line, or nil when no server runs here.
    /// - Throws: ``Failure`` when a server is there but does not answer, or may not be asked by this user.
    package func ask(_ request: ControlRequest) async throws -> [UInt8]? {
        guard let channel = try await connect() else { return nil }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: try ControlLine.bytes(of: request)))
            let impatience = channel.channel.eventLoop.scheduleTask(in: .seconds(ControlLimits.replySeconds)) {
                channel.channel.close(promise: nil)
            }
            defer { impatience.cancel() }
            var reply: [UInt8] = []
            for try await bytes in inbound {
                reply.append(contentsOf: bytes.readableBytesView)
                if reply.last == UInt8(ascii: "\n") { return reply }
                guard reply.count <= ControlLimits.replyBytesMax else {
                    throw Failure(.unavailable, "the answer is too long; ask for a part of it with --from and --to")
                }
            }
            throw Failure(.unavailable, "the server closed the control socket without an answer")
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer>? {
        do {
            return try await OpenedDirectory.with(directory) { opened in
                try requireOwner(of: opened.path(ControlLimits.socketName))
                return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(
                    unixDomainSocketPath: opened.path(ControlLimits.socketName)
                ) { channel in
                    channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
                }
            }
        } catch let error as POSIXError where error.code == .ENOENT {
            return nil
        } catch let error as IOError where [ENOENT, ECONNREFUSED].contains(error.errnoCode) {
            return nil
        } catch let error as IOError where error.errnoCode == EACCES {
            throw Failure(.unavailable, "only the owner of \(directory) may administer it")
        } catch let error as POSIXError where error.code == .EACCES {
            throw Failure(.unavailable, "only the owner of \(directory) may administer it")
        }
    }

    /// Who may write into a directory may put a socket of its own there, and would be told what is asked of the server.
    private func requireOwner(of socket: String) throws {
        var (found, place) = (stat(), stat())
        guard lstat(socket, &found) == 0, stat(directory, &place) == 0 else { return }
        guard found.st_uid == place.st_uid || found.st_uid == geteuid() else {
            throw Failure(
                .unavailable,
                "\(directory)/\(ControlLimits.socketName) belongs to another user than its directory, so it is not asked; remove it, and "
                    + "chmod 700 the directory")
        }
    }
}
