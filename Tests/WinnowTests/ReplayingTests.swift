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

  @Test func `a script whose lines end with carriage returns keeps them`() throws {
    try withWorkplace { place in
      try place.write("# Prose.\r\nload digits subset=60\r\nquery random 3\r\n", to: "a.winnow")
      #expect(try place.run("replay", "a.winnow", "--update").code == 0)
      let updated = try place.read("a.winnow")
      let lines = updated.components(separatedBy: "\r\n")
      #expect(lines.count == 7 && lines.allSatisfy { !$0.contains("\n") }, "\(lines)")
      #expect(lines.filter { $0.hasPrefix("#:") }.count == 3, "\(lines)")
      #expect(try place.run("replay", "a.winnow", "--verify").out.contains("verified: all 2"))
      #expect(try place.run("replay", "a.winnow", "--update").out.hasPrefix("nothing to record"))
      // What saving writes anew is not there twice.
      #expect(try place.run("run", "a.winnow").code == 0)
      #expect(try place.run("-c", "save b.winnow").code == 0)
      let saved = try place.read("b.winnow")
      #expect(saved.components(separatedBy: "#:").count == 4, "\(saved)")
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

  @Test func `from a line on, what is before it comes from a session that has run the same`() throws
  {
    try withWorkplace { place in
      let script = """
        budget = 5
        load digits subset=120
        noise sym 0.2
        repeat 2 { query random $budget }
        train 1nn
        query coreset 4

        """
      _ = try saved(script, in: place)
      // A look in between changes nothing; another branch is left as it is.
      try place.write(script.replacing("train", with: "show labeled\ntrain"), to: "looked.winnow")
      #expect(try place.run("-c", "branch other; undo 2; query random 1").code == 0)
      let before = try place.run("sessions", "--mode", "json").out
      let run = try place.run("replay", "saved.winnow", "--verify", "--from", "10")
      #expect(run.code == 0 && run.out.contains("verified: all 2 inputs"), "\(run.out)\(run.err)")
      #expect(run.err.contains("note: from line 10 on; what is before it stands at cell 5"))
      let looked = try place.run("replay", "looked.winnow", "--from", "6", "--mode", "jsonl")
      #expect(looked.code == 0 && looked.err.contains("from line 6 on"), "\(looked.err)")
      #expect(
        try looked.records.compactMap { $0["command"]?.string?.prefix(6) } == ["train ", "query "])
      #expect(try place.run("sessions", "--mode", "json").out == before)
    }
  }

  @Test func `without a session that has run the same, all of the script runs`() throws {
    try withWorkplace { place in
      try place.write("seed 1\nload digits subset=60\nquery random 5\n", to: "a.winnow")
      let none = try place.run("replay", "a.winnow", "--from", "3")
      #expect(none.code == 0 && none.err.contains("all of it runs"), "\(none.err)")
      #expect(try place.run("run", "a.winnow", "--seed", "4").code == 0)
      let other = try place.run("replay", "a.winnow", "--from", "3")
      #expect(other.err.contains("all of it runs"), "another seed: \(other.err)")
      let same = try place.run("replay", "a.winnow", "--from", "3", "--seed", "4")
      #expect(same.err.contains("stands at cell 2 of session 1"), "\(same.err)")
      #expect(try place.run("replay", "a.winnow", "--from", "9").code == 2)
      #expect(try place.run("replay", "a.winnow", "--from", "2", "--update").code == 2)
    }
  }

  @Test func `replay inside a session compares, and changes nothing of it`() throws {
    try withWorkplace { place in
      let text = try saved(Self.tied, in: place)
      try place.write(altered(text, query: "query random"), to: "diff.winnow")
      try place.write(altered(text, query: "query probcover"), to: "tie.winnow")
      let run = try place.run("--mode", "jsonl", "-c", "replay saved.winnow; show labeled")
      let records = try run.records
      let outcomes = try #require(records[0]["result"]?["inputs"]?.array)
      #expect(outcomes.count == 5 && outcomes.allSatisfy { $0["outcome"]?.string == "ok" })
      #expect(records[1]["result"]?["rows"]?.array?.count == 9)
      let differing = try place.run("-c", "replay diff.winnow")
      #expect(differing.code == 1 && differing.err.contains("error[assertion]"), "\(differing.err)")
      #expect(differing.err.contains("recorded sample 119, now"), "\(differing.err)")
      #expect(try place.run("-c", "replay tie.winnow").code == 0)
      #expect(try place.run("-c", "replay tie.winnow exact=true").code == 1)
      try place.write("replay b.winnow\n", to: "a.winnow")
      try place.write("replay a.winnow\n", to: "b.winnow")
      let endless = try place.run("-c", "replay a.winnow")
      #expect(endless.code == 1 && endless.err.contains("runs itself"), "\(endless.err)")
    }
  }

  @Test func `a session in one file is verified with all of its results`() throws {
    try withWorkplace { place in
      let script = """
        load digits subset=120
        noise sym 0.3
        repeat 2 {
          query npc 6 share=3 delta=0.6 filter=knn
          train linear epochs=5 on=all
        }
        show rounds

        """
      try place.write(script, to: "a.winnow")
      #expect(try place.run("run", "a.winnow").code == 0)
      #expect(try place.run("export", "--to", "json", "-o", "a.json").code == 0)
      let text = try place.read("a.json")
      let sound = try place.run("replay", "a.json", "--verify")
      #expect(
        sound.code == 0 && sound.out.contains("verified: all 4 inputs"), "\(sound.out)\(sound.err)")
      #expect(try place.run("-c", "replay a.json").code == 0)

      // What no record line of the script holds: one label of those bought, one score by much.
      let labels = try #require(text.firstRange(of: /"labels":\[\d/))
      let digit = text[text.index(before: labels.upperBound)]
      let other = text.replacingCharacters(in: labels, with: "\"labels\":[\(digit == "3" ? 4 : 3)")
      try place.write(other, to: "b.json")
      let differing = try place.run("replay", "b.json", "--verify")
      #expect(differing.code == 3, "\(differing.out)")
      #expect(differing.out.contains("labels[0]: recorded"), "\(differing.out)")

      try place.write("{\"winnow\":1}", to: "c.json")
      let none = try place.run("replay", "c.json")
      #expect(none.code == 2 && none.err.contains("neither a script nor a session"), "\(none.err)")
      #expect(try place.run("replay", "a.json", "--update").code == 2)
    }
  }
}
