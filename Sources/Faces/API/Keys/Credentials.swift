import Commerce
import Gateway
import Wire

extension RequestHead {
    /// The one place where a request's key is found: `Authorization: Bearer …`, once, and nothing else.
    func caller(in keys: KeyDirectory) throws(ErrorResponse) -> Caller {
        var nothing = ShownSecret()
        return try caller(in: keys, after: &nothing)
    }

    /// - Parameter shown: the secret that the request before it on its connection showed.
    /// - Parameter namesKey: the key may also stand in `x-api-key`, as Anthropic's clients send it.
    func caller(
        in keys: KeyDirectory, after shown: inout ShownSecret, namesKey: Bool = false
    ) throws(ErrorResponse) -> Caller {
        if namesKey, apiKeys > 0 { return try namedCaller(in: keys, after: &shown) }
        guard authorizations <= 1 else { throw .ambiguousKey }
        let found = withAuthorization { value -> Result<Caller, Refusal> in
            guard let secret = RequestHead.bearer(value) else { return .failure(.noKey) }
            do throws(Refusal) { return .success(try keys.caller(showing: secret, after: &shown)) } catch {
                return .failure(error)
            }
        }
        do throws(Refusal) { return try (found ?? .failure(.noKey)).get() } catch { throw ErrorResponse(error) }
    }

    @inline(never)
    private func namedCaller(in keys: KeyDirectory, after shown: inout ShownSecret) throws(ErrorResponse) -> Caller {
        guard authorizations + apiKeys == 1 else { throw .ambiguousKey }
        let found = withAPIKey { value -> Result<Caller, Refusal> in
            do throws(Refusal) { return .success(try keys.caller(showing: value, after: &shown)) } catch {
                return .failure(error)
            }
        }
        do throws(Refusal) { return try (found ?? .failure(.noKey)).get() } catch { throw ErrorResponse(error) }
    }

    /// What follows `Bearer`, in any case, and spaces; nil for another scheme or nothing.
    private static func bearer(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard value.count > 7, value[6] == 0x20, UnsafeRawBufferPointer(rebasing: value[..<6]).equals("bearer") else {
            return nil
        }
        let secret = value[7...].drop { $0 == 0x20 }
        return secret.isEmpty ? nil : UnsafeRawBufferPointer(rebasing: secret)
    }
}
