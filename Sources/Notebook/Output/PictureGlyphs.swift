import CommandLanguage

/// The characters that pictures in a terminal are made of.
package enum PictureGlyphs: Sendable {
  /// Braille, eight dots a cell, with lines and blocks; for UTF-8.
  case braille
  /// Nothing but ASCII, two dots a cell.
  case ascii

  /// Dots beside each other in a cell.
  var across: Int { self == .braille ? 2 : 1 }
  /// Dots above each other in a cell.
  var down: Int { self == .braille ? 4 : 2 }

  /// The bit of a dot in its cell.
  func bit(x: Int, y: Int) -> UInt8 {
    self == .ascii ? 1 << y : [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]][y][x]
  }

  /// The character that has these dots.
  func character(_ bits: UInt8) -> Character {
    if bits == 0 { return " " }
    guard self == .braille else { return ["'", ".", ":"][Int(bits) - 1] }
    return Character(Unicode.Scalar(0x2800 + UInt32(bits)) ?? " ")
  }

  /// What stands for single dots in a key.
  var dot: Character { self == .braille ? "⠂" : "." }

  var vertical: String { self == .braille ? "│" : "|" }
  var horizontal: String { self == .braille ? "─" : "-" }
  var corner: String { self == .braille ? "└" : "+" }
  /// Where a value is marked on the vertical axis, and on the horizontal one.
  var marks: (vertical: String, horizontal: String) { self == .braille ? ("┤", "┬") : ("+", "+") }

  /// From light to dark.
  var shades: [String] { self == .braille ? ["░", "▒", "▓", "█"] : [".", ":", "+", "#"] }
  /// For nothing at all, and for what is not known.
  var none: String { self == .braille ? "·" : "-" }
  var unknown: String { self == .braille ? "–" : "?" }
  /// For the rest of a name that is too long.
  var ellipsis: String { self == .braille ? "…" : "~" }

  /// A line with nothing in it that these characters are to do without.
  func line(_ text: String) -> String {
    let text = Display.safe(text)
    guard self == .ascii, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.isASCII ? $0 : "?" }))
  }
}
