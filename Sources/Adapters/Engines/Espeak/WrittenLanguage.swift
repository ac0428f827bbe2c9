/// The language of a text as far as its script tells it, as espeak-ng calls it.
enum WrittenLanguage {
    /// - Returns: nil for Latin, for what has no letters, and for scripts in which nothing is spoken.
    static func of(_ text: String) -> String? {
        var counts: [Script: Int] = [:]
        var total = 0
        for scalar in text.unicodeScalars where scalar.properties.isAlphabetic {
            total += 1
            if let script = Script(scalar) { counts[script, default: 0] += 1 }
        }
        // Japanese is written in Han and kana together.
        if let kana = counts[.kana] { counts[.kana] = kana + (counts.removeValue(forKey: .han) ?? 0) }
        guard let most = counts.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }), most.value * 2 >= total
        else { return nil }
        if most.key == .cyrillic, text.unicodeScalars.contains(where: { "іїєґІЇЄҐ".unicodeScalars.contains($0) }) { return "uk" }
        if most.key == .arabic, text.unicodeScalars.contains(where: { "پچژگ".unicodeScalars.contains($0) }) { return "fa" }
        return most.key.rawValue
    }

    /// By the voice that speaks most of what is written in it.
    private enum Script: String {
        case han = "cmn"
        case kana = "ja"
        case hangul = "ko"
        case cyrillic = "ru"
        case arabic = "ar"
        case hebrew = "he"
        case greek = "el"
        case devanagari = "hi"
        case bengali = "bn"
        case tamil = "ta"
        case telugu = "te"
        case kannada = "kn"
        case malayalam = "ml"
        case gujarati = "gu"
        case thai = "th"
        case georgian = "ka"
        case armenian = "hy"
        case ethiopic = "am"
        case burmese = "my"

        /// Blocks of the Unicode standard, version 16.
        init?(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0xF900...0xFAFF, 0x20000...0x323AF: self = .han
            case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: self = .kana
            case 0xAC00...0xD7AF, 0x1100...0x11FF, 0x3130...0x318F: self = .hangul
            case 0x0400...0x052F: self = .cyrillic
            case 0x0600...0x06FF, 0x0750...0x077F, 0x08A0...0x08FF, 0xFB50...0xFDFF, 0xFE70...0xFEFF: self = .arabic
            case 0x0590...0x05FF: self = .hebrew
            case 0x0370...0x03FF, 0x1F00...0x1FFF: self = .greek
            case 0x0900...0x097F: self = .devanagari
            case 0x0980...0x09FF: self = .bengali
            case 0x0B80...0x0BFF: self = .tamil
            case 0x0C00...0x0C7F: self = .telugu
            case 0x0C80...0x0CFF: self = .kannada
            case 0x0D00...0x0D7F: self = .malayalam
            case 0x0A80...0x0AFF: self = .gujarati
            case 0x0E00...0x0E7F: self = .thai
            case 0x10A0...0x10FF: self = .georgian
            case 0x0530...0x058F: self = .armenian
            case 0x1200...0x139F: self = .ethiopic
            case 0x1000...0x109F: self = .burmese
            default: return nil
            }
        }
    }
}
