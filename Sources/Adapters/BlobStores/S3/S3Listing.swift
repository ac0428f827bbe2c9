import Units

/// A page of the keys in a bucket. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
struct S3Listing: Hashable {
    struct Item: Hashable {
        let key: String
        let modified: Instant
    }

    private(set) var items: [Item] = []
    /// Asks for the next page; nil: this is the last.
    private(set) var next: String?

    /// - Returns: nil for what is no such page.
    init?(_ bytes: [UInt8]) {
        var document = S3Document(bytes)
        var isListing = false
        var isTruncated = false
        var key: String?
        var modified: Instant?
        while let piece = document.next() {
            switch piece {
            case .start("ListBucketResult"): isListing = true
            case .start("Contents"): (key, modified) = (nil, nil)
            case .end("Key", let text): key = text
            case .end("LastModified", let text): modified = Instant(iso8601: text)
            case .end("Contents", _):
                guard let key, let modified else { return nil }
                items.append(Item(key: key, modified: modified))
            case .end("IsTruncated", let text): isTruncated = text == "true"
            case .end("NextContinuationToken", let text): next = text
            default: break
            }
        }
        guard isListing, !isTruncated || next != nil else { return nil }
        if !isTruncated { next = nil }
    }
}
