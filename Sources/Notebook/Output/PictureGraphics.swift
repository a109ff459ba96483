import Foundation

/// How a terminal is shown pictures.
package enum PictureGraphics: String, Sendable, CaseIterable {
  /// In characters.
  case text
  /// In pixels, by DEC's sixels: xterm, mlterm, foot, WezTerm, Konsole and others.
  case sixel
  /// In pixels, by the protocol of kitty, which Ghostty and Konsole know too.
  case kitty

  /// The best that a terminal's answers speak of: to a question in kitty's protocol under the number
  /// 31, and to a request for device attributes, of which 4 is sixel.
  package init(answer: String) {
    let attributes = answer.firstMatch(of: /\x1b\[\?\d*;([\d;]*)c/)?.1.split(separator: ";")
    if answer.contains("\u{1b}_Gi=31;OK\u{1b}\\") {
      self = .kitty
    } else if attributes?.contains("4") == true {
      self = .sixel
    } else {
      self = .text
    }
  }
}

extension Picture {
  /// What shows the picture in pixels on a terminal that knows them; nil in characters.
  /// - Throws: `Interrupted`.
  func shown(by graphics: PictureGraphics) throws -> DrawnPicture? {
    switch graphics {
    case .text: nil
    case .sixel:
      try DrawnPicture { try Gnuplot.run(script(terminal: "sixelgd size 800,500 truecolor")) }
    case .kitty: try DrawnPicture { KittyImage.sequence(of: try bytes(.png)) }
    }
  }
}

/// An image in kitty's protocol: base64 in pieces of at most 4096 characters, each but the last of
/// which says that more follows.
enum KittyImage {
  private static let longest = 4096

  static func sequence(of png: [UInt8]) -> [UInt8] {
    let text = Array(Data(png).base64EncodedData())
    let starts = stride(from: 0, to: text.count, by: longest)
    return starts.flatMap { start in
      let end = min(start + longest, text.count)
      let what = (start == 0 ? "a=T,f=100,q=2," : "") + "m=\(end < text.count ? 1 : 0)"
      return Array("\u{1b}_G\(what);".utf8) + text[start..<end] + Array("\u{1b}\\".utf8)
    }
  }
}
