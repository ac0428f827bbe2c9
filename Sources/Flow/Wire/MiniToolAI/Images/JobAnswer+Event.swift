package import NIOCore

extension JobAnswer {
    /// Appends the answer as an event of `/api/texttoimage/jobs/{jobid}/events`: `event: progress`, or `event: done` when it is
    /// the last. The data are the object that the same question would be answered with.
    package func writeEvent(into buffer: inout ByteBuffer) {
        buffer.writeStaticString(isLast ? "event: done\n" : "event: progress\n")
        var answer = ByteBuffer()
        write(into: &answer)
        buffer.writeEvent(answer)
    }
}
