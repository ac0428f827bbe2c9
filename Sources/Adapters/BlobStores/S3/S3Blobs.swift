package import Inference
package import NIOCore
import Synchronization
package import Units

/// Pictures in a bucket of an S3-compatible server, as `PREFIX3f…9c.png`, asked for by path: `https://ENDPOINT/BUCKET/KEY`.
///
/// Whoever fetches a picture asks that server, at an address that is signed for a time; or at one below a public address of the operator's.
package final class S3Blobs: BlobStore {
    package let keepsSeconds: Int64
    let client: S3Client
    let prefix: String
    /// Where callers find pictures without a signature; nil: with one.
    private let publicAddress: S3Address?
    /// The endpoint as callers reach it.
    private let signedAddress: S3Address
    let sweptTo = Mutex<String?>(nil)

    /// - Parameters:
    ///   - endpoint: `https://s3.eu-central-1.amazonaws.com`; http only for servers that nobody else can listen to.
    ///   - prefix: what keys begin with: empty, or names between slashes; ends in a slash, which is added.
    ///   - publicURL: where the bucket's keys can be read by everybody: `https://pictures.example`. Nothing is signed then, and an address
    ///     is good until its picture is removed.
    ///   - signedEndpoint: the endpoint as callers reach it, where that is another: addresses are signed for it.
    ///   - trustedRoots: a PEM file of certificates to trust instead of the system's, for servers of one's own.
    /// - Throws: what cannot be used, with the name of the parameter.
    package init(
        endpoint: String, region: String, bucket: String, prefix: String = "", accessKey: String, secretKey: String,
        keepsSeconds: Int64, publicURL: String? = nil, signedEndpoint: String? = nil, trustedRoots: String? = nil,
        times: S3Times = S3Times(), group: any EventLoopGroup, now: @escaping @Sendable () -> Instant = SystemTime.now
    ) throws(BlobFault) {
        precondition(keepsSeconds > 0, "a picture is kept for a while")
        guard let credentials = S3Credentials(accessKey: accessKey, secretKey: secretKey) else {
            throw BlobFault("the access key or the secret key has characters that no key has, or none at all")
        }
        guard S3Blobs.isRegion(region) else { throw BlobFault("region: expected 1...64 of a-z, 0-9 and -") }
        guard S3Blobs.isBucket(bucket) else {
            throw BlobFault("bucket: expected 3...63 of a-z, 0-9, - and ., a letter or digit at both ends")
        }
        self.prefix = try S3Blobs.prefix(prefix)
        self.keepsSeconds = keepsSeconds
        do throws(S3Address.Fault) {
            client = try S3Client(
                S3Address(endpoint), bucket: bucket, signature: S3Signature(credentials: credentials, region: region),
                trustedRoots: trustedRoots, times: times, group: group, now: now)
        } catch { throw BlobFault("endpoint: \(error)") }
        do throws(S3Address.Fault) {
            publicAddress = if let publicURL { try S3Address(publicURL) } else { nil }
            signedAddress = if let signedEndpoint { try S3Address(signedEndpoint) } else { client.address }
        } catch { throw BlobFault("public address: \(error)") }
    }

    package func put(_ bytes: [UInt8], as name: BlobName) async throws(BlobFault) {
        try BlobFault.check(bytes)
        var request = client.request(.put, key: key(name), body: bytes)
        request.headers.append(("content-type", name.format.mediaType))
        try await ask(request) { $0.isSuccess }
    }

    package func address(of name: BlobName, until expiry: Instant) -> BlobAddress {
        if let publicAddress { return .url("\(publicAddress)/\(key(name))") }
        let seconds = expiry.seconds - client.now().seconds
        return .url(
            client.presigned(key: key(name), at: signedAddress, forSeconds: min(max(seconds, 1), BlobLimits.signedSecondsMax)))
    }

    package func read(_ name: BlobName) async throws(BlobFault) -> (bytes: [UInt8], put: Instant)? {
        let answer = try await ask(client.request(.get, key: key(name)), answerBytesMax: BlobLimits.pictureBytesMax) {
            $0.isSuccess || $0.isMissingKey
        }
        guard answer.isSuccess else { return nil }
        guard let put = answer.modified else { throw BlobFault("\(client.place): the picture has no last-modified") }
        return put.advanced(bySeconds: keepsSeconds) <= client.now() ? nil : (answer.body, put)
    }

    package func remove(_ name: BlobName) async throws(BlobFault) {
        try await ask(client.request(.delete, key: key(name))) { $0.isSuccess || $0.isMissingKey }
    }

    // MARK: Parts

    func key(_ name: BlobName) -> String { prefix + name.description }

    /// - Throws: when there is no answer, or none that is `expected`.
    @discardableResult
    func ask(
        _ request: S3Request, answerBytesMax: Int = BlobLimits.documentBytesMax, _ expected: (S3Answer) -> Bool
    ) async throws(BlobFault) -> S3Answer {
        let what = "\(request.method.rawValue) \(client.place)"
        let answer: S3Answer
        do throws(S3Failure) { answer = try await client.send(request, answerBytesMax: answerBytesMax) } catch {
            throw BlobFault("\(what): \(error.detail)")
        }
        guard expected(answer) else { throw BlobFault("\(what): \(answer.words)") }
        return answer
    }

    private static func isRegion(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0.isDigit || $0 == UInt8(ascii: "-") }
    }

    /// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    private static func isBucket(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return (3...63).contains(text.utf8.count)
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != "-" && part.last != "-"
                    && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0.isDigit || $0 == UInt8(ascii: "-") }
            }
    }

    private static func prefix(_ text: String) throws(BlobFault) -> String {
        let names = text.hasSuffix("/") ? text.dropLast() : text[...]
        guard text.isEmpty || names.isPlainPath, text.utf8.count <= BlobLimits.prefixBytesMax else {
            throw BlobFault("prefix: expected plain names between slashes, at most \(BlobLimits.prefixBytesMax) bytes")
        }
        return text.isEmpty ? "" : "\(names)/"
    }
}

extension S3Client {
    /// How faults call the bucket.
    var place: String { "\(address)/\(bucket)" }
}

extension S3Answer {
    /// There is no such picture, and the bucket is there.
    var isMissingKey: Bool { status == 404 && (errorCode == nil || errorCode == "NoSuchKey") }

    /// Status, the server's own code, and what it usually means.
    var words: String {
        let hint: String? =
            switch errorCode {
            case "SignatureDoesNotMatch": "is the secret key right?"
            case "InvalidAccessKeyId": "is the access key right?"
            case "AccessDenied", "AllAccessDisabled": "the key may not do this"
            case "NoSuchBucket": "there is no such bucket"
            case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
                "are endpoint and region those of the bucket?"
            case "RequestTimeTooSkewed": "one of the two clocks is wrong"
            default: (300..<400).contains(status) ? "redirects are not followed: give the endpoint it leads to" : nil
            }
        return (["\(status)"] + [errorCode].compactMap { $0 }).joined(separator: " ") + (hint.map { ", \($0)" } ?? "")
    }
}
