package import NIOCore
import Synchronization

/// Runs tasks on one event loop, so that a request's policy, written as async code, never leaves the loop its connection
/// lives on: a step costs about a microsecond instead of a hop to another thread and back.
package final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop
    private let queue = Mutex(Queue())

    private struct Queue: Sendable {
        var jobs: [UnownedJob] = []
        var scheduled = false
    }

    package init(_ loop: any EventLoop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustSchedule = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.scheduled = true }
            return !queue.scheduled
        }
        // One wake-up of the loop serves every job that arrives until it runs.
        if mustSchedule { loop.execute { self.runJobs() } }
    }

    private func runJobs() {
        let jobs = queue.withLock { queue in
            defer { queue.jobs = [] }
            queue.scheduled = false
            return queue.jobs
        }
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
