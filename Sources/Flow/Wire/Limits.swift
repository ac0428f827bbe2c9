/// What Wire accepts at most. Each has its reason; everything beyond is refused by name.
package enum WireLimits {
    /// Nested objects and arrays in one document. JSON schemas of real tools stay under 20; deeper ones only cost stack.
    package static let jsonDepthMax = 64
    /// Keys in all objects of one document. Finding one that stands twice costs more than reading it, and bodies are read on the loop
    /// that serves everybody; the largest sets of tools have some thousands.
    package static let jsonKeysMax = 50_000
    /// Bytes of one JSON document. Positions are kept in 32 bits, and no body that is accepted comes near it.
    package static let jsonBytesMax = 1 << 30
    /// Bytes of one server-sent event, 16 MiB: some servers send whole pictures in one line.
    package static let eventBytesMax = 1 << 24
}
