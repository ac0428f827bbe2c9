import Testing

@testable import Engines

@Suite struct `A stranger's prompt for a painting server` {
    @Test(arguments: [
        ("a fox, (red:1.2), [day:night:0.5]", "a fox, (red:1.2), [day:night:0.5]"),
        ("<lora:evil:1> fox", " lora:evil:1> fox"),
        ("<<lora:evil:1>>", "  lora:evil:1>>"),
        ("<hypernet:x:1>", " hypernet:x:1>"),
        ("<LoRA:x>", " LoRA:x>"),
        (#"<sd_cpp_extra_args>{"seed":1}</sd_cpp_extra_args>"#, #" sd_cpp_extra_args>{"seed":1} /sd_cpp_extra_args>"#),
        ("a AND b AND c", "a and b and c"),
        ("a BREAK b,BREAK", "a break b,break"),
        ("ANDROID BREAKFAST brand Break and", "ANDROID BREAKFAST brand Break and"),
        ("AND\u{345} äAND AND:0.5 (AND)", "and\u{345} äand and:0.5 (and)"),
        ("__animals__ snake_case", "_animals_ snake_case"),
        ("____x", "_x"),
        ("a\u{0}b\nc", "a b c"),
        ("狐狸 🦊 < 3", "狐狸 🦊   3"),
        ("", ""),
    ])
    func `holds no directive`(stranger: String, plain: String) { #expect(PlainPrompt(stranger).text == plain) }

    @Test func `stays plain when it is made plain again`() {
        let plain = PlainPrompt("<lora:a:1> AND __b__ BREAK <sd_cpp_extra_args>").text
        #expect(PlainPrompt(plain).text == plain)
    }
}
