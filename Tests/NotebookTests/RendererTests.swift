import CommandLanguage
import Foundation
import Notebook
import Testing

@Suite struct JSONTests {
  @Test func `text is one line of valid JSON in the order of the keys`() {
    let value = JSON.object([
      .init("b", .array([.int(1), .double(0.5), .null, .bool(true)])),
      .init("a", .string("tab\t quote\" back\\ line\n nul\u{0}")),
    ])
    #expect(
      value.text
        == #"{"b":[1,0.5,null,true],"a":"tab\t quote\" back\\ line\n nul\u0000"}"#)
  }

  @Test func `what is no number is null`() {
    #expect(JSON.double(.nan).text == "null")
    #expect(JSON.double(.infinity).text == "null")
  }

  @Test func `every scalar of a string survives`() throws {
    let scalars = (0...0x2FF).compactMap(Unicode.Scalar.init) + ["\u{2028}", "\u{FEFF}", "😀"]
    for scalar in scalars {
      let text = JSON.string("a\(Character(scalar))b").text
      let parsed =
        try JSONSerialization.jsonObject(
          with: Data("[\(text)]".utf8)) as? [String]
      #expect(parsed?.first.map { Array($0.unicodeScalars) } == ["a", scalar, "b"])
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f })
    }
  }
}

/// The output modes over real reports.
@Suite struct RendererTests {
  /// Long texts, wide characters, many columns, lines and tables.
  private static let script = """
    load digits
    noise sym 0.5
    for s in 1..2 { for q in probcover npc(share=5) { reset; query $q 12; train linear epochs=2 } }
    long = 'a remark with many words that goes on and on, far beyond the width of any screen'
    wide = '数字のデータ 日本語のとても長いテキスト、空白がない数字のデータ日本語のとても長いテキスト'
    pipe = 'a | b'
    show vars
    show rounds
    show cells
    show pool
    show noise
    show labeled
    filter aum
    show filter
    test per=class
    history
    help npc
    help aum
    help
    sql 'SELECT * FROM rounds'
    """

  private func reports() throws -> [CellReport] {
    try withTrial { trial in
      try trial.ok(Self.script)
      return try trial.run(Self.script)
    }
  }

  private func rendered(_ mode: OutputMode, width: Int = 80) throws -> String {
    var renderer = Renderer(mode: mode, width: width)
    return try reports().map { renderer.render($0) }.joined() + renderer.closing()
  }

  @Test(arguments: [60, 80, 100, 200])
  func `a box is never wider than the screen`(_ width: Int) throws {
    for line in try rendered(.box, width: width).split(separator: "\n") {
      #expect(Display.width(of: String(line)) <= width, "\(line)")
    }
  }

  @Test func `a box loses nothing of what it breaks`() throws {
    try withTrial { trial in
      let words = (1...40).map { "word\($0)" }
      let report = try #require(
        try trial.run("sql \"SELECT '\(words.joined(separator: " "))' AS text, 1 AS one\"").last)
      var renderer = Renderer(mode: .box, width: 60)
      let found = renderer.render(report).split { " │\n".contains($0) }.map(String.init)
      #expect(found.filter { $0.hasPrefix("word") } == words)
    }
  }

  @Test func `lines of one box are equally wide`() throws {
    var boxes: [[Int]] = []
    for line in try rendered(.box).split(separator: "\n") {
      let width = Display.width(of: String(line))
      if line.hasPrefix("┌") { boxes.append([]) }
      if line.hasPrefix("│") || line.hasPrefix("├") || line.hasPrefix("└") || line.hasPrefix("┌") {
        boxes[boxes.count - 1].append(width)
      }
    }
    #expect(boxes.count > 10)
    #expect(boxes.allSatisfy { Set($0).count == 1 })
  }

  @Test func `jsonl is one object a line, and json the same objects in one array`() throws {
    try withTrial { trial in
      try trial.ok("load digits")
      var reports = try trial.run("seed 1; show vars; query random 5")
      reports.append(try trial.failing("sede 3"))
      var lines = Renderer(mode: .jsonl)
      let jsonl = reports.map { lines.render($0) }.joined() + lines.closing()
      #expect(jsonl == reports.map { $0.json.text + "\n" }.joined())
      var array = Renderer(mode: .json)
      let json = reports.map { array.render($0) }.joined() + array.closing()
      let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
      #expect(parsed?.compactMap { $0["cell"] as? Int } == reports.map(\.cell))
      #expect(Renderer(mode: .json).closing() == "[]\n")
      #expect(Renderer(mode: .jsonl).closing().isEmpty)
    }
  }

  @Test func `csv is quoted as RFC 4180 has it`() throws {
    try withTrial { trial in
      let report = try #require(
        try trial.run(
          #"""
          sql "SELECT 'a,b' AS [x,y], 'say \"hi\"' AS q, 'two
          lines' AS l, NULL AS n, 0.5 AS d, 'plain' AS p"
          """#
        ).last)
      #expect(report.failure == nil)
      var renderer = Renderer(mode: .csv)
      #expect(
        renderer.render(report)
          == "\"x,y\",q,l,n,d,p\r\n\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,0.5,plain\r\n")
    }
  }

  @Test func `csv read back has the values of every table`() throws {
    for report in try reports() {
      let table = try #require(report.output).table
      var renderer = Renderer(mode: .csv)
      let rows = Self.parsed(renderer.render(report))
      #expect(rows.allSatisfy { $0.count == rows[0].count })
      guard let table else {
        #expect(rows.count == 2)
        continue
      }
      #expect(rows.count == table.rows.count + 1)
      #expect(rows[0] == table.columns.map(\.name))
      for (row, values) in zip(rows.dropFirst(), table.rows) {
        #expect(row == values.map { $0.isNull ? "" : $0.string ?? $0.text })
      }
    }
  }

  /// A reader of RFC 4180, for the test.
  private static func parsed(_ text: String) -> [[String]] {
    var rows: [[String]] = [[""]]
    var isQuoted = false
    let scalars = Array(text.unicodeScalars)
    var i = 0
    func append(_ scalar: Unicode.Scalar) {
      rows[rows.count - 1][rows[rows.count - 1].count - 1].unicodeScalars.append(scalar)
    }
    while i < scalars.count {
      switch scalars[i] {
      case "\"" where isQuoted && i + 1 < scalars.count && scalars[i + 1] == "\"":
        append("\"")
        i += 1
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: rows[rows.count - 1].append("")
      case "\r" where !isQuoted: break
      case "\n" where !isQuoted: rows.append([""])
      default: append(scalars[i])
      }
      i += 1
    }
    return Array(rows.dropLast())
  }

  @Test func `markdown tables have a rule, and pipes in cells are escaped`() throws {
    try withTrial { trial in
      try trial.ok("pipe = 'a | b'; n = 3")
      let report = try #require(try trial.run("show vars").last)
      var renderer = Renderer(mode: .markdown)
      #expect(
        renderer.render(report)
          == "| name | value |\n| --- | --- |\n| pipe | 'a \\| b' |\n| n | 3 |\n")
      let numbers = try #require(try trial.run("sql \"SELECT 1 AS one, 'x' AS two\"").last)
      #expect(renderer.render(numbers) == "| one | two |\n| ---: | --- |\n| 1 | x |\n")
    }
  }

  @Test func `a markdown table stays whole whatever its cells hold`() throws {
    for report in try reports() {
      var renderer = Renderer(mode: .markdown)
      let text = renderer.render(report)
      guard let table = report.output?.drawn else { continue }
      let lines = text.split(separator: "\n").filter { $0.hasPrefix("|") }
      #expect(lines.count == table.rows.count + 2, "\(report.command)")
      for line in lines {
        let bars = line.replacing("\\|", with: "").count { $0 == "|" }
        #expect(bars == table.columns.count + 1, "\(line)")
      }
    }
  }

  @Test func `a failed command has nothing for stdout but its object`() throws {
    try withTrial { trial in
      let report = try trial.failing("sede 3")
      for mode in [OutputMode.box, .markdown, .csv] {
        var renderer = Renderer(mode: mode)
        #expect(renderer.render(report).isEmpty)
      }
    }
  }
}
