import CommandLanguage
import Testing

struct `Source texts` {
  @Test func `count lines and display columns from one`() {
    let source = SourceText(text: "ab\r\n\tc数d\n\n")
    #expect(source.place(of: 0) == Place(line: 1, column: 1))
    #expect(source.place(of: 2) == Place(line: 1, column: 3))
    #expect(source.place(of: 5) == Place(line: 2, column: 2))
    #expect(source.place(of: 9) == Place(line: 2, column: 5))
    #expect(source.place(of: source.count) == Place(line: 4, column: 1))
    #expect(source.place(of: 99) == Place(line: 4, column: 1))
    #expect(source.place(of: -1) == Place(line: 1, column: 1))
    #expect(source.lineRange(1).map { source.slice($0) } == "ab")
    #expect(source.lineRange(2).map { source.slice($0) } == "\tc数d")
    #expect(source.lineRange(4).map { source.slice($0) } == "")
    #expect(source.lineRange(5) == nil)
    #expect(source.lineRange(0) == nil)
    #expect(SourceText(text: "\u{FEFF}a").place(of: 3) == Place(line: 1, column: 1))
  }

  @Test func `move ends inside a character to its start`() {
    let source = SourceText(text: "a数b")
    #expect(source.slice(SourceRange(1, 3)) == "")
    #expect(source.slice(SourceRange(2, 4)) == "数")
    #expect(source.slice(SourceRange(-5, 50)) == "a数b")
  }

  @Test(arguments: [
    ([0x61, 0x0A, 0xE9, 0x20], 2, "0xE9"), ([0xFF], 0, "0xFF"), ([0x61, 0xC3], 1, "0xC3"),
    ([0xC3, 0xA9, 0x80], 2, "0x80"), ([0xED, 0xA0, 0x80], 0, "0xED"),
    ([0x61, 0x62, 0xE6, 0x95], 2, "0xE6"),
  ])
  func `name the byte that is no UTF-8`(_ bytes: [UInt8], _ offset: Int, _ hex: String) throws {
    let error = try #require(throws: Diagnostic.self) {
      try SourceText(name: "f.winnow", bytes: bytes)
    }
    #expect(error.code == .syntax)
    #expect(error.message == "byte \(offset) (\(hex)) is not UTF-8 text")
    #expect(error.location(in: nil).file == "f.winnow")
    #expect(error.render(in: nil).contains("\u{FFFD}\n"))
  }

  @Test func `are read from bytes`() throws {
    #expect(try SourceText(name: nil, bytes: Array("é\n".utf8)) == SourceText(text: "é\n"))
    #expect(try SourceText(name: nil, bytes: []).lineCount == 1)
  }

  @Test(arguments: [
    ("abc", 3), ("", 0), ("数", 2), ("e\u{301}", 1), ("🙂", 2), ("\t", 1), ("a\u{0}b", 3),
    ("ｆｕ", 4), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("é", 1), ("\u{200B}", 0), ("…", 1),
    ("\u{FEFF}", 0), ("±", 1), ("👩\u{200D}💻", 4), ("☺", 1), ("\u{85}", 1),
  ])
  func `know the width of text`(_ text: String, _ width: Int) {
    #expect(Display.width(of: text) == width)
    #expect(Display.width(of: Display.safe(text)) == width)
  }
}
