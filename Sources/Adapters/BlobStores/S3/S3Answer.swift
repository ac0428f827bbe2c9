import Units

/// What a server answered: any status.
struct S3Answer: Sendable {
    var status: Int
    /// The `last-modified` header.
    var lastModified: String?
    var body: [UInt8]

    var isSuccess: Bool { (200..<300).contains(status) }

    /// Worth another attempt: the server is overloaded, restarts or had an accident. Source: "Retryable errors",
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    var isPassing: Bool { [408, 429, 500, 502, 503, 504].contains(status) || errorCode == "RequestTimeout" }

    /// `NoSuchKey`, `SlowDown` …; nil: the body has none that looks like one. Nothing else of an error is ever shown: it may repeat what
    /// was signed.
    var errorCode: String? {
        guard !isSuccess, let code = S3Document.text(of: "Code", in: body),
            (1...BlobLimits.errorCodeMax).contains(code.utf8.count),
            code.utf8.allSatisfy({ $0.isLetter || $0.isDigit })
        else { return nil }
        return code
    }

    /// Reads `Wed, 21 Oct 2026 07:28:00 GMT`. Source: RFC 9110 §5.6.7.
    var modified: Instant? {
        let words = lastModified?.split(separator: " ") ?? []
        guard words.count == 6, words[5] == "GMT", words[1].utf8.count == 2, words[3].utf8.count == 4,
            let month = S3Answer.months.firstIndex(of: words[2])
        else { return nil }
        return Instant(iso8601: "\(words[3])-\(month < 9 ? "0" : "")\(month + 1)-\(words[1])T\(words[4])Z")
    }

    private static let months: [Substring] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
