/// Programs that can be pasted and run, with the reader's own address in them.
enum Samples {
    static func all(of call: String, at base: String) -> [(language: String, code: String)] {
        (files[call] ?? []).map { language, bytes in
            (language, String(decoding: bytes, as: UTF8.self).replacing("BASE_URL", with: base))
        }
    }

    private static let files: [String: [(language: String, bytes: [UInt8])]] = [
        "chat": [
            ("curl", PackageResources.sample_chat_curl_txt), ("Python", PackageResources.sample_chat_python_txt),
            ("PHP", PackageResources.sample_chat_php_txt), ("JavaScript", PackageResources.sample_chat_javascript_txt),
            ("Swift", PackageResources.sample_chat_swift_txt),
        ],
        "vision": [
            ("curl", PackageResources.sample_vision_curl_txt), ("Python", PackageResources.sample_vision_python_txt),
            ("PHP", PackageResources.sample_vision_php_txt), ("JavaScript", PackageResources.sample_vision_javascript_txt),
            ("Swift", PackageResources.sample_vision_swift_txt),
        ],
        "image": [
            ("curl", PackageResources.sample_image_curl_txt), ("Python", PackageResources.sample_image_python_txt),
            ("PHP", PackageResources.sample_image_php_txt), ("JavaScript", PackageResources.sample_image_javascript_txt),
            ("Swift", PackageResources.sample_image_swift_txt),
        ],
        "speech": [
            ("curl", PackageResources.sample_speech_curl_txt), ("Python", PackageResources.sample_speech_python_txt),
            ("PHP", PackageResources.sample_speech_php_txt), ("JavaScript", PackageResources.sample_speech_javascript_txt),
            ("Swift", PackageResources.sample_speech_swift_txt),
        ],
        "balance": [("curl", PackageResources.sample_balance_curl_txt), ("Python", PackageResources.sample_balance_python_txt)],
        "redeem": [("curl", PackageResources.sample_redeem_curl_txt)],
    ]
}
