import Inference
import Testing
import Units

@testable import Gateway

struct JobQueueTests {
    private func drain(_ queue: inout JobQueue) -> [Int64] {
        var taken: [Int64] = []
        while let job = queue.take(where: { _ in true }) { taken.append(job.value) }
        return taken
    }

    @Test func `accounts take turns, and each keeps its order`() {
        var queue = JobQueue()
        for job in 1...4 { queue.add(JobID(Int64(job)), of: AccountID(1)) }
        for job in 11...12 { queue.add(JobID(Int64(job)), of: AccountID(2)) }
        queue.add(JobID(21), of: AccountID(3))
        #expect(queue.count == 7)
        #expect(drain(&queue) == [1, 11, 21, 2, 12, 3, 4])
        #expect(queue.count == 0)
    }

    @Test func `an account that comes late waits for one turn of each, not for all of their jobs`() {
        var queue = JobQueue()
        for job in 1...1000 { queue.add(JobID(Int64(job)), of: AccountID(1)) }
        queue.add(JobID(5000), of: AccountID(2))
        #expect(queue.position(of: JobID(5000), of: AccountID(2)) == 1)
        #expect(queue.position(of: JobID(3), of: AccountID(1)) == 4)
        #expect(Array(drain(&queue).prefix(3)) == [1, 5000, 2])
    }

    @Test func `what may not be taken is passed over and keeps its place`() {
        var queue = JobQueue()
        for job in 1...3 { queue.add(JobID(Int64(job)), of: AccountID(1)) }
        #expect(queue.take { $0 != JobID(1) } == JobID(2))
        #expect(queue.take { $0 == JobID(9) } == nil)
        #expect(queue.position(of: JobID(1), of: AccountID(1)) == 1)
        #expect(drain(&queue) == [1, 3])
    }

    @Test func `a job is removed wherever it stands`() {
        var queue = JobQueue()
        for job in 1...3 { queue.add(JobID(Int64(job)), of: AccountID(Int64(job))) }
        queue.add(JobID(4), of: AccountID(1))
        queue.remove(JobID(2), of: AccountID(2))
        queue.remove(JobID(1), of: AccountID(1))
        queue.remove(JobID(77), of: AccountID(1))
        #expect(queue.position(of: JobID(2), of: AccountID(2)) == 0)
        #expect(drain(&queue) == [4, 3])
    }

    /// Against a list that is walked.
    @Test(arguments: 0..<20)
    func `whatever is added, taken and removed, nothing is lost and nothing comes twice`(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ below: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(below))
        }
        var queue = JobQueue()
        var waiting: [(job: JobID, account: AccountID)] = []
        var next: Int64 = 1
        for _ in 0..<300 {
            switch draw(4) {
            case 0, 1:
                let account = AccountID(Int64(draw(5) + 1))
                queue.add(JobID(next), of: account)
                waiting.append((JobID(next), account))
                next += 1
            case 2:
                let taken = queue.take { _ in true }
                #expect((taken == nil) == waiting.isEmpty)
                if let taken, let place = waiting.firstIndex(where: { $0.job == taken }) {
                    let account = waiting[place].account
                    #expect(waiting.first { $0.account == account }?.job == taken, "the first of its account")
                    waiting.remove(at: place)
                } else if taken != nil {
                    Issue.record("\(String(describing: taken)) was not waiting")
                }
            default:
                guard !waiting.isEmpty else { continue }
                let gone = waiting.remove(at: draw(waiting.count))
                queue.remove(gone.job, of: gone.account)
            }
            #expect(queue.count == waiting.count)
        }
    }
}
