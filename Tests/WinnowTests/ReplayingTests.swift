import Foundation
import Testing

/// `winnow replay` with what it may be asked for.
@Suite struct ReplayingTests {
  /// Balls so small that each holds its own sample: all candidates are as good as one another.
  private static let tied =
    "k = 6\nload digits subset=120\nquery probcover $k delta=0.001\ntrain 1nn\nquery random 3\n"

  private func saved(_ script: String, in place: Workplace) throws -> String {
    try place.write(script, to: "typed.winnow")
    #expect(try place.run("run", "typed.winnow").code == 0)
    #expect(try place.run("-c", "save saved.winnow").code == 0)
    return try place.read("saved.winnow")
  }

  /// The record with another pick in the place of the last of the query, and so another digest.
  private func altered(_ text: String, query: String) -> String {
    var lines = text.components(separatedBy: "\n")
    guard let typed = lines.firstIndex(where: { $0.hasPrefix(query) }) else { return text }
    var record = lines[typed + 1].replacing("selected=sha256:", with: "selected=sha256:0")
    if let last = record.firstRange(of: /,\d+\]/) { record.replaceSubrange(last, with: ",119]") }
    lines[typed + 1] = record
    return lines.joined(separator: "\n")
  }

  @Test func `a pick among equals that fell the other way is a tie, unless all is to be exact`()
    throws
  {
    try withWorkplace { place in
      let text = altered(try saved(Self.tied, in: place), query: "query probcover")
      try place.write(text, to: "tie.winnow")
      let run = try place.run("replay", "tie.winnow", "--verify")
      #expect(run.code == 0, "\(run.out)")
      #expect(run.out.contains("\nTIE   line"), "\(run.out)")
      #expect(run.out.contains("cell 3, pick 6 of query 1: recorded sample 119, now"))
      #expect(run.out.contains("decided by a gap of 0.0") && run.out.contains("a tie:"))
      #expect(try place.run("replay", "tie.winnow", "--verify", "--exact").code == 3)
      #expect(try place.run("replay", "saved.winnow", "--verify", "--exact").code == 0)
    }
  }

  @Test func `a pick that no score decided differs`() throws {
    try withWorkplace { place in
      let text = altered(try saved(Self.tied, in: place), query: "query random")
      try place.write(text, to: "diff.winnow")
      let run = try place.run("replay", "diff.winnow", "--verify")
      #expect(run.code == 3 && run.out.contains("\nDIFF  line"), "\(run.out)")
    }
  }

  @Test func `update shows what changes and records it, once`() throws {
    try withWorkplace { place in
      let typed = "#!/usr/bin/env -S winnow run\n# Prose stays.\n" + Self.tied + "# the end"
      try place.write(typed, to: "a.winnow")
      let file = place.folder.appending(path: "a.winnow").path
      try FileManager.default.setAttributes([.posixPermissions: 0o754], ofItemAtPath: file)
      let run = try place.run("replay", "a.winnow", "--update")
      #expect(run.code == 0 && run.out.contains("+ #: winnow 1 seed=0"), "\(run.out)\(run.err)")
      #expect(!run.out.contains("\n- "))
      let text = try place.read("a.winnow")
      #expect(
        text.hasPrefix("#!/usr/bin/env -S winnow run\n#: winnow 1") && text.hasSuffix("# the end"))
      let code = text.components(separatedBy: "\n").filter { !$0.hasPrefix("#:") }
      #expect(code.joined(separator: "\n") == typed)
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
      #expect(mode as? Int == 0o754)
      #expect(try place.run("replay", "a.winnow", "--verify").out.contains("verified: all"))
      let again = try place.run("replay", "a.winnow", "--update")
      #expect(
        again.code == 0 && again.out == "nothing to record anew in a.winnow\n", "\(again.out)")
      let names = try FileManager.default.contentsOfDirectory(atPath: place.folder.path)
      #expect(!names.contains { $0.hasSuffix(".new") || $0.hasSuffix(".partial") })
    }
  }

  @Test func `update of a script that fails leaves it as it was`() throws {
    try withWorkplace { place in
      try place.write("load digits subset=60\nquery random 900\n", to: "a.winnow")
      #expect(try place.run("replay", "a.winnow", "--update").code == 1)
      #expect(try place.read("a.winnow") == "load digits subset=60\nquery random 900\n")
    }
  }

  @Test func `a parameter takes the place of an assignment`() throws {
    try withWorkplace { place in
      _ = try saved(Self.tied, in: place)
      let run = try place.run("replay", "saved.winnow", "--verify", "-p", "k=7")
      #expect(run.code == 3 && run.out.contains("pick 7 of query 1"), "\(run.out)")
      #expect(try place.run("replay", "saved.winnow", "-p", "q=7").code == 2)
      for wrong in [["--exact"], ["--verify", "--update"], ["--update", "-p", "k=7"]] {
        #expect(try place.run(["replay", "saved.winnow"] + wrong).code == 2)
      }
    }
  }
}
