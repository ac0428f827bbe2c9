/// Which release this is; CHANGELOG.md says what each one brought.
package enum Version {
    package static let current = "0.1.0"
}
