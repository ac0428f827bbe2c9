import Hummingbird
import NIOCore
import Wire

/// Serves the pages that others make.
struct PageEndpoints: EndpointGroup {
    let pages: [Page]

    var endpoints: [Endpoint] {
        pages.map { page in
            .open(page.method == .get ? .get : .post, page.path) { context in
                // Pages read the store and fill templates, which is work, and no loop's.
                let request = PageRequest(context)
                let answer = await withTaskExecutorPreference(globalConcurrentExecutor) { await page.respond(request) }
                var headers = HTTPFields()
                for (name, value) in answer.fields {
                    guard let name = HTTPFields.Element.Name(name) else { preconditionFailure("our own names are names") }
                    headers.append(HTTPFields.Element(name: name, value: value))
                }
                headers[.contentLength] = String(answer.body.readableBytes)
                return Response(
                    status: HTTPResponse.Status(code: answer.status), headers: headers, body: .init(byteBuffer: answer.body))
            }
        }
    }
}

extension PageRequest {
    init(_ context: PlainContext) {
        let parameters = context.parameters.map { (String($0.key), String($0.value).percentDecoded ?? String($0.value)) }
        self.init(
            path: context.head.target?.path ?? "", parameters: Dictionary(parameters) { first, _ in first },
            query: FormFields(context.head.target?.query ?? "", plusIsSpace: true),
            fields: context.head.fields.map { (name: $0.0, value: $0.1) }, body: context.body, address: context.address)
    }
}
