/// A drawing of gnuplot's as a part of a web page: without what only a file of its own has (the XML
/// declaration, names of namespaces), and with a prefix before its identifiers, so that several
/// drawings on one page do not mean each other's.
struct InlineSVG {
  let text: String

  /// What begins an identifier in a tag.
  private static let identifiers = [
    " id='", " id=\"", " xlink:href='#", " xlink:href=\"#", "url(#",
  ].map { Array($0.utf8) }

  /// What a file has, and a part of a page does without: namespaces, and a title that says nothing.
  private static let dropped = [
    " xmlns=\"http://www.w3.org/2000/svg\"", " xmlns:xlink=\"http://www.w3.org/1999/xlink\"",
    "<title>Gnuplot</title>",
  ].map { Array($0.utf8) }

  init(_ file: [UInt8], prefix: String) {
    let start = file.firstRange(of: Array("<svg".utf8))?.lowerBound ?? 0
    var rest = file[start...]
    var written: [UInt8] = []
    var isTag = false
    while let byte = rest.first {
      // Texts and values have no angle brackets in them.
      if byte == UInt8(ascii: "<") {
        isTag = true
      } else if byte == UInt8(ascii: ">") {
        isTag = false
      }
      if isTag, let found = Self.identifiers.first(where: rest.starts) {
        written += found
        written += Array("\(prefix)-".utf8)
        rest = rest.dropFirst(found.count)
      } else if isTag, let found = Self.dropped.first(where: rest.starts) {
        rest = rest.dropFirst(found.count)
      } else {
        written.append(byte)
        rest = rest.dropFirst()
      }
    }
    text = String(decoding: written, as: UTF8.self).trimmed
  }
}
