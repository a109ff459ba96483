import Foundation
import Testing

/// Each exit code by a situation that a user meets.
@Suite struct ExitCodeTests {
  @Test func `0 where all went well, 1 where a command failed`() throws {
    try withWorkplace { place in
      for (text, code) in [
        ("seed 1", 0), ("load digits; assert coverage > 0.5", 1), ("quit; seed 1", 0),
      ] {
        let run = try place.run("-c", text)
        #expect(run.code == Int32(code), "\(text)")
      }
      for (text, code) in [("seed 1\nbogus\nseed 2", 1), ("seed 1\nquit\nbogus\n", 0)] {
        let run = try place.run("--interactive", input: text)
        #expect(run.code == Int32(code), "\(text)")
      }
    }
  }

  @Test func `a script stops at its first error unless told to keep going`() throws {
    try withWorkplace { place in
      try place.write("seed 1\nundo 90\nseed 2\n", to: "a.winnow")
      let stopped = try place.run("run", "a.winnow")
      #expect(stopped.code == 1 && stopped.out == "seed 1\n")
      let went = try place.run("run", "--keep-going", "a.winnow")
      #expect(went.code == 1 && went.out == "seed 1\nseed 2\n")
      let lone = try place.run("--keep-going", "-c", "undo 90", "-c", "seed 2")
      #expect(lone.code == 1 && lone.out == "seed 2\n")
    }
  }

  @Test func `2 where a script does not check, and nothing of it ran`() throws {
    try withWorkplace { place in
      for wrong in ["bogus", "seed", "seed -1", "query random 5 delta=1", "x = 1", "repeat 2 {"] {
        try place.write("seed 5\n\(wrong)\n", to: "a.winnow")
        for subcommand in ["run", "check", "replay"] {
          let run = try place.run(subcommand, "a.winnow")
          #expect(run.code == 2 && run.out.isEmpty, "\(subcommand): \(wrong)")
          #expect(run.err.contains("a.winnow:2:") || run.err.contains("a.winnow:3:"), "\(wrong)")
        }
      }
      #expect(!FileManager.default.fileExists(atPath: place.workspace))
    }
  }

  @Test func `3 where a replay differs from its record, and the first pick is named`() throws {
    try withWorkplace { place in
      let work = "load digits; noise sym 0.5; query npc 20; save a.winnow"
      #expect(try place.run("-c", work).code == 0)
      let same = try place.run("replay", "a.winnow", "--verify")
      #expect(same.code == 0 && same.err.isEmpty, "\(same.out)")
      let script = try place.read("a.winnow")
      try place.write(
        script.replacing("query npc 20", with: "query random 20"), to: "b.winnow")
      let other = try place.run("replay", "b.winnow", "--verify")
      #expect(other.code == 3)
      let named =
        /DIFF .*query random 20\n +cell 3, pick \d+ of query 1: recorded sample \d+, now \d+/
      #expect(other.out.contains(named), "\(other.out)")
      try place.write(
        script.replacing("query npc 20", with: "query npc 20; undo 90"), to: "c.winnow")
      #expect(try place.run("replay", "c.winnow", "--verify").code == 1)
      #expect(
        !FileManager.default.fileExists(atPath: place.folder.appending(path: "replay.sqlite").path))
    }
  }

  @Test func `4 where the workspace is another's, damaged or newer, and it is left as it is`()
    throws
  {
    try withWorkplace { place in
      #expect(try place.run("-c", "load digits; query random 20").code == 0)
      let good = try Data(contentsOf: URL(filePath: place.workspace))
      var damaged = good
      damaged.replaceSubrange(4096..<good.count, with: Data(count: good.count - 4096))
      var newer = good
      // The user version: four bytes, big-endian, from byte 60 of an SQLite file.
      newer.replaceSubrange(60..<64, with: [0, 0, 1, 0])
      var foreign = good
      // The application's number: likewise from byte 68.
      foreign.replaceSubrange(68..<72, with: [1, 2, 3, 4])
      let cases: [(Data, String)] = [
        (Data("a letter to a friend, which is no workspace at all".utf8), "workspace-corrupt"),
        (damaged, "workspace-corrupt"), (newer, "workspace-newer"), (foreign, "workspace-corrupt"),
      ]
      for (index, (bytes, code)) in cases.enumerated() {
        let file = place.folder.appending(path: "\(index).sqlite")
        try bytes.write(to: file)
        let run = try place.run("--workspace", file.path, "-c", "seed 1")
        #expect(run.code == 4 && run.out.isEmpty, "case \(index)")
        #expect(run.err.contains("error[\(code)]") && run.err.contains(file.path), "\(run.err)")
        #expect(try Data(contentsOf: file) == bytes, "case \(index)")
      }
      let folder = try place.run("--workspace", place.folder.path, "-c", "seed 1")
      #expect(folder.code == 4 && folder.out.isEmpty && !folder.err.isEmpty)
    }
  }

  @Test func `4 where the session is held, and whoever holds it is named`() throws {
    try withWorkplace { place in
      let holder = try place.start(["--interactive", "--session", "1", "--mode", "jsonl"])
      // There is no session 1 yet, so this one cannot be had.
      #expect(try holder.wait() == .exited(2))
      #expect(try place.run("-c", "seed 1").code == 0)
      let second = try place.start(["--interactive", "--session", "1", "--mode", "jsonl"])
      second.send("seed 2\n")
      #expect(try second.readLine() != nil)
      let refused = try place.run("--session", "1", "-c", "seed 3")
      #expect(refused.code == 4 && refused.out.isEmpty)
      #expect(refused.err.contains("error[workspace-held]"))
      #expect(refused.err.contains("process \(second.identifier) on "))
      let elsewhere = try place.run("-c", "seed 4")
      #expect(elsewhere.code == 0)
      second.closeInput()
      #expect(try second.wait() == .exited(0))
      #expect(try place.run("--session", "1", "-c", "seed 3").code == 0)
      let seeds = try place.rows(
        "SELECT session, seed FROM cells WHERE command LIKE 'seed%' ORDER BY session, cell")
      #expect(seeds.map { $0.compactMap(\.int) } == [[1, 1], [1, 2], [1, 3], [2, 4]])
    }
  }
}
