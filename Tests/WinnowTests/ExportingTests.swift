import Foundation
import Testing

/// `winnow export` and the command `export` of the session itself.
@Suite struct ExportingTests {
  private static let script = """
    #!/usr/bin/env -S winnow run
    ## Does it hold? <b> & "quotes"
    # Half of the labels are wrong.
    load digits subset=120

    noise sym 0.5
    # one | two
    repeat 2 {
      query npc 10   # inside
      train 1nn
    }
    show labeled; seed 3
    # the end
    """

  private func ran(_ place: Workplace) throws {
    try place.write(Self.script, to: "a.winnow")
    #expect(try place.run("run", "a.winnow").code == 0)
  }

  @Test(arguments: [
    "", "\n", "# only prose", "seed 1", "seed 1\r\n# prose\r\nseed 2\r\n\r\n",
    "#!/x\n#: winnow 1 seed=0\n\n\n# a\n#b\n##\n## T\nseed 1; seed 2 # c\n#: defaults=[]\n\n\n",
    "x = 1\nrepeat 2 {\n\n  seed $x\n  # in\n}\n#> out\nseed 2\n   # set in\n\tseed \\\n  3\n",
    script,
  ])
  func `a script becomes a notebook and the same script again`(script: String) throws {
    try withWorkplace { place in
      try place.write(script, to: "s.winnow")
      let forth = try place.run("export", "s.winnow", "--to", "ipynb", "-o", "s.ipynb")
      #expect(forth.code == 0, "\(forth.err)")
      let back = try place.run("export", "s.ipynb", "--to", "winnow", "-o", "t.winnow")
      #expect(back.code == 0, "\(back.err)")
      #expect(Array(try place.read("t.winnow").utf8) == Array(script.utf8))
    }
  }

  @Test func `a notebook that was edited becomes a script that runs`() throws {
    try withWorkplace { place in
      let notebook = """
        {"cells":[{"cell_type":"markdown","id":"a","metadata":{},"source":["# Title\\n","\\n","words"]},
        {"cell_type":"code","id":"b","metadata":{"winnow":{"text":"seed 1\\n"}},"outputs":[],
        "execution_count":null,"source":"seed 2"}],"metadata":{},"nbformat":4,"nbformat_minor":5}
        """
      try place.write(notebook, to: "n.ipynb")
      let run = try place.run("export", "n.ipynb", "--to", "winnow")
      #expect(run.out == "# # Title\n#\n# words\nseed 2\n")
      try place.write(run.out, to: "n.winnow")
      #expect(try place.run("run", "n.winnow").code == 0)
      try place.write("{\"nbformat\":3}", to: "old.ipynb")
      let old = try place.run("export", "old.ipynb", "--to", "winnow")
      #expect(old.code == 2 && old.err.contains("no Jupyter notebook"), "\(old.err)")
    }
  }

  @Test func `a notebook of a session has what its version asks for`() throws {
    try withWorkplace { place in
      try ran(place)
      let notebook = try #require(
        try JSONSerialization.jsonObject(
          with: Data(place.run("export", "--to", "ipynb").out.utf8)) as? [String: Any])
      #expect(notebook["nbformat"] as? Int == 4 && notebook["nbformat_minor"] as? Int == 5)
      let cells = try #require(notebook["cells"] as? [[String: Any]])
      let ids = cells.compactMap { $0["id"] as? String }
      #expect(Set(ids).count == cells.count)
      for cell in cells {
        let kind = try #require(cell["cell_type"] as? String)
        #expect(cell["metadata"] is [String: Any] && cell["source"] is [String])
        #expect((kind == "code") == (cell["outputs"] != nil), "\(cell)")
        #expect((kind == "code") == (cell["execution_count"] is NSNull))
      }
      let outputs = cells.compactMap { $0["outputs"] as? [[String: Any]] }.map(\.count)
      // load, noise, the four commands of the block, show, seed.
      #expect(outputs == [1, 1, 4, 1, 1])
    }
  }

  @Test func `a web page is one file that needs no other`() throws {
    try withWorkplace { place in
      try ran(place)
      #expect(try place.run("-c", "export html page.html").code == 0)
      let page = try place.read("page.html")
      #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
      #expect(!page.contains("http") && !page.contains("<script") && !page.contains("src="))
      #expect(page.contains("<h2>Does it hold? &lt;b&gt; &amp; &quot;quotes&quot;</h2>"))
      #expect(page.contains("<title>Does it hold?"))
      for tag in ["table", "tr", "td", "th", "pre", "p", "tbody", "caption"] {
        let opened = page.matches(of: try Regex("<\(tag)[ >]")).count
        #expect(opened == page.matches(of: try Regex("</\(tag)>")).count, "\(tag)")
      }
    }
  }

  @Test func `markdown has prose, inputs and tables`() throws {
    try withWorkplace { place in
      try ran(place)
      let text = try place.run("export", "1", "--to", "md").out
      #expect(
        text.hasPrefix("## Does it hold? <b> & \"quotes\"\nHalf of the labels are wrong.\n\n```\n"))
      #expect(text.contains("```\nload digits subset=120\n```\n\n| key | value |\n| --- | --- |\n"))
      #expect(text.contains("`cell 3: query npc 10`") && text.contains("| position |"))
      #expect(!text.contains("#:") && text.hasSuffix("the end\n"))
    }
  }

  @Test func `json and winnow have the session as it is recorded`() throws {
    try withWorkplace { place in
      try ran(place)
      #expect(try place.run("-c", "save b.winnow").code == 0)
      #expect(try place.run("export", "--to", "winnow").out == place.read("b.winnow"))
      let json = try JSONText(parsing: place.run("export", "--to", "json").out)
      #expect(json["session"]?["seed"]?.int == 0 && json["winnow"]?.int == 1)
      #expect(json["cells"]?.array?.count == 8)
      #expect(try place.run("export", "9", "--to", "md").code == 2)
      #expect(try place.run("export", "--to", "pdf").code == 2)
      #expect(try place.run("export", "none.winnow", "--to", "md").code == 2)
    }
  }
}
