import TestKit
import Testing
import Units

@testable import BlobStores

@Suite struct `A list of keys` {
    static let page = """
        <?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix/><KeyCount>2</KeyCount>
        <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=&amp;&#x2b;&#43;</NextContinuationToken><MaxKeys>2</MaxKeys>
        <IsTruncated>true</IsTruncated>
        <Contents><Key>a&amp;b &lt;&gt;&quot;&apos;&nonsense;&</Key><LastModified>2014-11-21T19:40:05.000Z</LastModified>
        <ETag>&quot;70ee&quot;</ETag><Size>1</Size><Owner><ID>1</ID></Owner></Contents>
        <Contents><Key>happy/face.jpg</Key><LastModified>2014-11-21T19:40:05Z</LastModified></Contents></ListBucketResult>
        """

    @Test func `is read as S3 writes it`() throws {
        let listing = try #require(S3Listing(Array(Self.page.utf8)))
        let modified = try #require(Instant(iso8601: "2014-11-21T19:40:05Z"))
        #expect(listing.items.map(\.key) == ["a&b <>\"'&nonsense;&", "happy/face.jpg"])
        #expect(listing.items.map(\.modified) == [modified, modified])
        #expect(listing.next == "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=&++")
    }

    @Test func `that is broken somewhere is refused or read in part, and never more`() {
        var seed = Seed(3)
        let page = Array(Self.page.utf8)
        for _ in 0..<2000 {
            var bytes = page
            for _ in 0...Int.random(in: 0...3, using: &seed) {
                let index = Int.random(in: 0..<bytes.count, using: &seed)
                switch Int.random(in: 0...3, using: &seed) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &seed)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(UInt8(ascii: "<"), at: index)
                default: bytes = Array(bytes.prefix(max(index, 1)))
                }
            }
            #expect((S3Listing(bytes)?.items.count ?? 0) <= 2)
        }
    }
}
