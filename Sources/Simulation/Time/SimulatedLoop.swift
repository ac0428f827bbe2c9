import Dispatch
import NIOCore

/// An event loop whose time is the world's, and which runs what is ready in an order of chance.
///
/// `@unchecked Sendable`: a run has one thread.
final class SimulatedLoop: EventLoop, @unchecked Sendable {
    private unowned let life: Life
    private var world: World { life.world }

    init(_ life: Life) { self.life = life }

    /// How long a job that is ready may wait for its turn, in nanoseconds.
    private static let turnMax: Int64 = 40_000

    var inEventLoop: Bool { world.running == ObjectIdentifier(self) }
    var now: NIODeadline { .uptimeNanoseconds(UInt64(world.now)) }

    func execute(_ task: @escaping @Sendable () -> Void) {
        life.post(after: world.time(0, SimulatedLoop.turnMax), on: self, task)
    }

    func submit<T>(_ task: @escaping @Sendable () throws -> T) -> EventLoopFuture<T> {
        let promise = makePromise(of: T.self)
        execute { promise.fulfil(task) }
        return promise.futureResult
    }

    @discardableResult
    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        let promise = makePromise(of: T.self)
        let job = life.post(after: Int64(deadline.uptimeNanoseconds) - world.now, on: self) {
            promise.fulfil(task)
        }
        let handle = JobHandle(job)
        return Scheduled(promise: promise) { handle.job?.isCancelled = true }
    }

    @discardableResult
    func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: now + delay, task)
    }

    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        queue.async { callback(nil) }
    }
}

/// Lets a timer be called off. `@unchecked Sendable`: a run has one thread.
private final class JobHandle: @unchecked Sendable {
    let job: Job?
    init(_ job: Job?) { self.job = job }
}

extension EventLoopPromise {
    /// To be called on the loop.
    fileprivate func fulfil(_ task: () throws -> Value) {
        do { assumeIsolated().succeed(try task()) } catch { fail(error) }
    }
}
