/// No answer.
struct S3Failure: Error, Hashable, Sendable {
    /// Without any secret.
    let detail: String
    /// Whether another attempt may do better.
    let mayRetry: Bool
}
