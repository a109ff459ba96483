import CommandLanguage

/// What `plot` draws: with characters, or by gnuplot to a file.
protocol Picture {
  /// The typed result that the picture can be made from again.
  /// - Parameter file: where it was drawn to; nil for a terminal.
  func record(file: String?) -> JSON

  /// What it shows, in two or three words.
  var contents: String { get }

  /// With characters, at most so many in a line.
  func drawn(columns: Int, with glyphs: PictureGlyphs) -> [String]

  /// What gnuplot is told once it knows its terminal.
  var instructions: [String] { get }
}

/// The files that pictures are written as, by their endings.
enum PictureFormat: String, CaseIterable {
  case pdf, png, svg, txt

  /// All endings in words.
  static var endings: String { allCases.map { "." + $0.rawValue }.joined(separator: ", ") }

  /// - Throws: `type` for an ending that means no picture.
  init(ofFile path: String, at range: SourceRange?) throws(Diagnostic) {
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    guard let format = Self(rawValue: ending) else {
      throw Diagnostic(
        .type, "'\(path)' has no ending that means a picture", at: range,
        label: "one of \(Self.endings)")
    }
    self = format
  }

  /// gnuplot's; nil for what is drawn with characters.
  fileprivate var terminal: String? {
    switch self {
    case .pdf: "pdfcairo size 16cm,10cm"
    case .png: "pngcairo size 1000,625"
    case .svg: "svg size 800,500 dynamic background 'white'"
    case .txt: nil
    }
  }
}

extension Picture {
  /// The file that it is: the same bytes whenever and wherever it is drawn with one version of gnuplot
  /// and its fonts. SVG and PNG come so; of PDF the date is taken out, by `PDFDate`.
  /// - Throws: `FileError` where gnuplot is missing; `refused` where it fails; `Interrupted`.
  func bytes(_ format: PictureFormat) throws -> [UInt8] {
    guard let terminal = format.terminal else {
      return Array((drawn(columns: 79, with: .braille).joined(separator: "\n") + "\n").utf8)
    }
    let bytes = try Gnuplot.run(script(terminal: terminal))
    return format == .pdf ? PDFDate.removed(from: bytes) : bytes
  }

  /// What gnuplot is told.
  func script(terminal: String) -> String {
    (["set terminal \(terminal)", "set encoding utf8"] + instructions).joined(separator: "\n")
      + "\n"
  }

  /// - Throws: `type` for an ending that means no picture; what gnuplot and the file throw.
  func write(to path: String, at range: SourceRange?) throws {
    let format = try PictureFormat(ofFile: path, at: range)
    try WrittenFile.write(try bytes(format), to: path, at: range)
  }
}
