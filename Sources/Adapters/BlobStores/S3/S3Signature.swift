import Crypto
import Units

/// Signs requests as AWS does, Signature Version 4. Pure: the moment is given. Source:
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct S3Signature: Sendable {
    let credentials: S3Credentials
    let region: String
    var service = "s3"

    // MARK: Signing

    /// The request with the headers that prove who sends it, at that moment, with this body. Source:
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    func signed(_ request: S3Request, at now: Instant) -> S3Request {
        var signed = request
        let payload = S3Signature.hexadecimal(SHA256.hash(data: request.body))
        signed.headers += [("x-amz-content-sha256", payload), ("x-amz-date", Moment(now).time)]
        signed.headers.append(("authorization", authorization(signed, payload: payload, at: now)))
        return signed
    }

    /// The request's query with a signature that lets anybody send it until so many seconds later. Source:
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    func presigned(_ request: S3Request, at now: Instant, forSeconds seconds: Int64) -> S3Request {
        let moment = Moment(now)
        var signed = request
        signed.query += [
            ("X-Amz-Algorithm", S3Signature.algorithm),
            ("X-Amz-Credential", "\(credentials.accessKey)/\(scope(moment))"),
            ("X-Amz-Date", moment.time),
            ("X-Amz-Expires", String(seconds)),
            ("X-Amz-SignedHeaders", S3Signature.names(of: S3Signature.canonical(request.headers))),
        ]
        signed.query.append(("X-Amz-Signature", signature(signed, payload: "UNSIGNED-PAYLOAD", moment)))
        return signed
    }

    /// The `authorization` header for a request that has all others.
    func authorization(_ request: S3Request, payload: String, at now: Instant) -> String {
        let moment = Moment(now)
        return "\(S3Signature.algorithm) Credential=\(credentials.accessKey)/\(scope(moment)), "
            + "SignedHeaders=\(S3Signature.names(of: S3Signature.canonical(request.headers))), "
            + "Signature=\(signature(request, payload: payload, moment))"
    }

    private func signature(_ request: S3Request, payload: String, _ moment: Moment) -> String {
        let canonical = S3Signature.canonical(request, payload: payload)
        let text = [
            S3Signature.algorithm, moment.time, scope(moment),
            S3Signature.hexadecimal(SHA256.hash(data: Array(canonical.utf8))),
        ].joined(separator: "\n")
        var key = Array("AWS4\(credentials.reveal())".utf8)
        for part in [moment.day, region, service, "aws4_request"] { key = S3Signature.code(of: part, key) }
        return S3Signature.hexadecimal(S3Signature.code(of: text, key))
    }

    private func scope(_ moment: Moment) -> String { "\(moment.day)/\(region)/\(service)/aws4_request" }

    // MARK: The one form of a request

    static func canonical(_ request: S3Request, payload: String) -> String {
        let headers = canonical(request.headers)
        return [
            request.method.rawValue, request.encodedPath, request.encodedQuery,
            headers.map { "\($0.name):\($0.value)\n" }.joined(), names(of: headers), payload,
        ].joined(separator: "\n")
    }

    /// Sorted by name; values of one name joined by commas, their blanks trimmed and made one.
    private static func canonical(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for header in headers {
            let words = header.value.split { $0 == " " || $0 == "\t" || $0 == "\n" }
            values[header.name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: ",")) }
    }

    private static func names(of headers: [(name: String, value: String)]) -> String {
        headers.map(\.name).joined(separator: ";")
    }

    // MARK: Codes

    private static let algorithm = "AWS4-HMAC-SHA256"

    private static func code(of text: String, _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// A moment as signatures write it.
    private struct Moment {
        /// `20130524T000000Z`
        let time: String
        /// `20130524`
        var day: String { String(time.prefix(8)) }

        init(_ instant: Instant) {
            time = String(instant.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }) + "Z"
        }
    }
}
