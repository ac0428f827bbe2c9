import Wire

extension Terminal {
    /// Prints a document as JSON, or as `plainly` puts it for people.
    func print<Document: Encodable>(
        _ document: Document, as output: OutputOptions, plainly: (Document) throws -> String
    ) throws {
        print(output.json ? try ControlLine.json(document) : try plainly(document))
    }
}
