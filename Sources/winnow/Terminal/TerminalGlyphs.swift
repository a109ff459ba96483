import Foundation
import Notebook

extension PictureGlyphs {
  /// Braille where the locale says UTF-8 and the terminal is one that can show it; the same where
  /// stdout is no terminal, for whoever reads it then.
  static var ofThisTerminal: PictureGlyphs {
    let environment = ProcessInfo.processInfo.environment
    // The first of them that says anything holds, as for the C library.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let charset = (locale ?? "").uppercased().replacing("-", with: "")
    return charset.contains("UTF8") && environment["TERM"] != "dumb" ? .braille : .ascii
  }
}
