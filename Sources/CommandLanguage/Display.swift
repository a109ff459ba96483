/// How much room text takes on a terminal, and how to write it there without harm.
///
/// Widths are those of the C library's `wcwidth` in a UTF-8 locale (but for a few Arabic number
/// signs), made here from the properties of Unicode so that they do not depend on the locale of
/// the process.
package enum Display {
  /// The columns of `text`: wide characters 2, combining marks 0, a tab or control character 1.
  package static func width(of text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
  }

  /// `text` without anything that a terminal would obey: a tab becomes a blank, any other
  /// character that is not printable U+FFFD. The width stays the same. Line feeds stay.
  package static func safe(_ text: some StringProtocol) -> String {
    let harmless = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A }
    if harmless { return String(text) }
    return String(String.UnicodeScalarView(text.unicodeScalars.map(printable)))
  }

  /// The columns of one character: 0, 1 or 2.
  package static func width(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 || isDangerous(scalar) { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Vowels and final consonants of Hangul join the syllable before them.
    if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FB).contains(value) { return 0 }
    return isWide(scalar) ? 2 : 1
  }

  private static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar == "\n" { return scalar }
    if scalar == "\t" { return " " }
    return isDangerous(scalar) ? "\u{FFFD}" : scalar
  }

  /// Control characters, and those that change the direction of the text around them.
  private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// East Asian wide and full-width characters (Unicode Standard Annex 11), and emoji.
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF,
      0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x18D00...0x18D08, 0x1AFF0...0x1B2FF,
      0x1F200...0x1F265, 0x20000...0x3FFFD:
      true
    case 0x1F1E6...0x1F1FF: false
    default: scalar.properties.isEmojiPresentation
    }
  }
}
