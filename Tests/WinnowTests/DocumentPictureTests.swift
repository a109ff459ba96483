import Foundation
import FoundationXML
import TestSupport
import Testing

/// What `plot` drew, in the documents of a session.
@Suite struct DocumentPictureTests {
  private static let script = """
    load digits subset=300
    noise sym 0.3
    for q in "<b>" "x & 'y'" { reset; query npc 20; filter aum; train 1nn }
    plot accuracy by=q
    plot coverage
    plot embedding
    plot noise
    plot filter
    """

  /// A place where that was run.
  private func withPictures(_ body: (Workplace) throws -> Void) throws {
    try withWorkplace { place in
      try place.write(Self.script, to: "a.winnow")
      let run = try place.run("run", "a.winnow")
      try #require(run.code == 0, "\(run.err)")
      try body(place)
    }
  }

  @Test func `a web page holds the pictures and needs nothing else`() throws {
    try withPictures { place in
      let page = try place.run("export", "--to", "html").out
      #expect(page.matches(of: /<svg\s/).count == 5)
      #expect(page.matches(of: /<\/svg>/).count == 5)
      #expect(!page.contains("http") && !page.contains("<script") && !page.contains("xmlns"))
      #expect(!page.contains("<?xml") && !page.contains("<!DOCTYPE svg"))
      let ids = page.matches(of: /\sid=["']([^"']+)["']/).map { String($0.output.1) }
      #expect(Set(ids).count == ids.count)
      let references = page.matches(of: /(?:href=["']#|url\(#)([^"')]+)/).map {
        String($0.output.1)
      }
      #expect(references.count > 300)
      #expect(Set(references).isSubset(of: ids))
    }
  }

  @Test func `names in a picture are text and no markup`() throws {
    try withPictures { place in
      let page = try place.run("export", "--to", "html").out
      #expect(page.contains("<text>&lt;b></text>") && page.contains("<text>x &amp; 'y'</text>"))
      #expect(!page.contains("<b>"))
      let start = try #require(page.firstRange(of: "<svg")?.lowerBound)
      let end = try #require(page.firstRange(of: "</svg>")?.upperBound)
      let svg = page[start..<end].replacing("xlink:href", with: "href")
      #expect(XMLParser(data: Data(svg.utf8)).parse())
    }
  }

  @Test func `a notebook holds the pictures beside their numbers`() throws {
    try withPictures { place in
      let text = try place.run("export", "--to", "ipynb").out
      let notebook = try JSONText(parsing: text)
      let outputs = (notebook["cells"]?.array ?? []).flatMap { $0["outputs"]?.array ?? [] }
      let pictures = outputs.filter { $0["data"]?["image/png"] != nil }
      #expect(pictures.count == 5)
      for picture in pictures {
        let text = try #require(picture["data"]?["image/png"]?.string)
        let bytes = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) && bytes.count > 5_000)
        #expect(picture["data"]?["text/plain"]?.array?.isEmpty == false)
        // It would be shown in the picture's place.
        #expect(picture["data"]?["text/html"] == nil)
      }
      try place.write(text, to: "n.ipynb")
      let back = try place.run("export", "n.ipynb", "--to", "winnow").out
      #expect(back == (try place.run("export", "--to", "winnow").out))
    }
  }

  @Test func `markdown holds them in characters`() throws {
    try withPictures { place in
      let text = try place.run("export", "--to", "md").out
      let fences = text.split(separator: "```\n").filter { $0.contains("┬") }
      #expect(fences.count == 4)
      // All but the curves of one point each, which the letters cover.
      #expect(fences.count { $0.contains { ("\u{2801}"..."\u{28ff}").contains($0) } } == 3)
      #expect(text.contains("\nA <b>   B x & 'y'\n```"))
    }
  }

  @Test func `they are drawn from the record, without the session's state`() throws {
    try withPictures { place in
      let before = try place.run("export", "--to", "html").out
      #expect(try place.run("--read-only", "export", "1", "--to", "html").out == before)
      // What they were drawn from is left behind: another pool, no labels, no verdict.
      #expect(try place.run("-c", "load blobs", "-c", "query random 10", "-c", "undo 2").code == 0)
      let after = try place.run("export", "--to", "html").out
      #expect(after == before)
      #expect(try place.run("-c", "load blobs", "-c", "export html own.html").code == 0)
      #expect(Self.pictures(try place.read("own.html")) == Self.pictures(before))
    }
  }

  @Test func `where gnuplot is missing the document says so`() throws {
    try withPictures { place in
      var bare = place
      bare.environment["PATH"] = place.folder.path
      for kind in ["html", "ipynb"] {
        let run = try bare.run("export", "--to", kind, "-o", "d.\(kind)")
        #expect(run.code == 0 && run.err.isEmpty, "\(run.err)")
        let text = try place.read("d.\(kind)")
        #expect(text.matches(of: /no picture: [^<]*?gnuplot-nox/).count == 5)
        #expect(!text.contains("<svg") && !text.contains("image/png"))
        // Then in characters.
        #expect(text.matches(of: /A &lt;b&gt;   B x &amp; 'y'|A <b>   B x & 'y'/).count == 1)
      }
      #expect(try bare.run("-c", "export html own.html").code == 0)
    }
  }

  private static func pictures(_ page: String) -> [Substring] {
    page.matches(of: /(?s)<svg.*?<\/svg>/).map(\.output)
  }
}
