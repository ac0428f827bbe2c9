import Wire

extension Console {
    var docsPages: [Page] { [] }
}
