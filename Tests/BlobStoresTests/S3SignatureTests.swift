import Crypto
import Inference
import Testing
import Units

@testable import BlobStores

@Suite struct `An AWS signature, version 4` {
    /// The signature test suite for version 4, as far as a request to S3 can look like it (S3 does not resolve dots and empty names in a path).
    /// Source: https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html
    struct Vector: Sendable {
        let name: String
        var method = S3Request.Method.get
        var path = "/"
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body = ""
        let signature: String
    }

    static let vectors = [
        Vector(name: "get-vanilla", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Vector(
            name: "get-vanilla-query-order-key-case", query: [("Param2", "value2"), ("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            name: "get-vanilla-query-unreserved",
            query: [
                (
                    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                )
            ], signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        Vector(
            name: "get-unreserved", path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        Vector(name: "get-utf8", path: "/ሴ", signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        Vector(
            name: "get-header-value-trim", headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Vector(
            name: "get-header-key-duplicate",
            headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        Vector(
            name: "post-vanilla", method: .post, signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            name: "post-header-key-case", method: .post,
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            name: "post-header-key-sort", method: .post, headers: [("My-Header1", "value1")],
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        Vector(
            name: "post-header-value-case", method: .post, headers: [("My-Header1", "VALUE1")],
            signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
        Vector(
            name: "post-vanilla-query", method: .post, query: [("Param1", "value1")],
            signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        Vector(
            name: "post-x-www-form-urlencoded", method: .post, headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1", signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ]

    @Test(arguments: vectors)
    func `is that of the test suite`(vector: Vector) throws {
        let signature = S3Signature(
            credentials: try #require(
                S3Credentials(accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")),
            region: "us-east-1", service: "service")
        var request = S3Request(vector.method, vector.path, query: vector.query, body: Array(vector.body.utf8))
        request.headers = [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")] + vector.headers
        let payload = S3Signature.hexadecimal(SHA256.hash(data: Array(vector.body.utf8)))
        let header = signature.authorization(
            request, payload: payload, at: try #require(Instant(iso8601: "2015-08-30T12:36:00Z")))
        #expect(
            header.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="))
        #expect(header.hasSuffix("Signature=\(vector.signature)"), "\(vector.name): \(header)")
    }

    // MARK: S3's own examples

    static let host = (name: "host", value: "examplebucket.s3.amazonaws.com")

    private func signature() throws -> S3Signature {
        S3Signature(
            credentials: try #require(
                S3Credentials(accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
            region: "us-east-1")
    }

    private let moment = Instant(iso8601: "2013-05-24T00:00:00Z")

    private static func request(
        _ method: S3Request.Method, _ path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: String = ""
    ) -> S3Request {
        var request = S3Request(method, path, query: query, body: Array(body.utf8))
        request.headers = [host] + headers
        return request
    }

    /// Source: "Examples: Signature Calculations", https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    static let examples: [(request: S3Request, names: String, signature: String)] = [
        (
            request(.get, "/test.txt", headers: [("range", "bytes=0-9")]), "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        (
            request(
                .put, "/test$file.text",
                headers: [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
                body: "Welcome to Amazon S3."),
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        (
            request(.get, "/", query: [("lifecycle", "")]), "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        (
            request(.get, "/", query: [("max-keys", "2"), ("prefix", "J")]), "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ]

    @Test(arguments: examples)
    func `is that of S3's examples`(example: (request: S3Request, names: String, signature: String)) throws {
        let signed = try signature().signed(example.request, at: try #require(moment))
        #expect(
            signed.headers.last?.value == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=\(example.names), Signature=\(example.signature)")
    }

    /// Source: the example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    @Test func `in an address is that of S3's example`() throws {
        let signed = try signature().presigned(
            Self.request(.get, "/test.txt"), at: try #require(moment), forSeconds: 86_400)
        #expect(
            signed.target == "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404&X-Amz-SignedHeaders=host")
    }

    @Test func `never shows the secret it is made of`() throws {
        let signature = try signature()
        let credentials = signature.credentials
        let shown = [
            "\(credentials)", String(reflecting: credentials), String(describing: signature), String(reflecting: signature),
        ]
        for text in shown { #expect(!text.contains("wJalr"), "\(text)") }
        var dumped = ""
        dump(signature, to: &dumped)
        #expect(!dumped.contains("wJalr"))
    }

    @Test(arguments: [("", "s"), ("a", ""), ("a b", "s"), ("a", "s\r\nx: y"), ("a/b", "s"), ("a,b", "s"), ("ä", "s"), ("a", "ß")])
    func `is not made with keys that are none`(access: String, secret: String) {
        #expect(S3Credentials(accessKey: access, secretKey: secret) == nil)
    }
}
