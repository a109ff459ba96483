import Foundation
import Testing

@Suite struct ListingTests {
  @Test func `lists the sessions of a workspace, in every mode`() throws {
    try withWorkplace { place in
      #expect(try place.run("-c", "seed 3; seed 4").code == 0)
      try place.write("seed 9\n", to: "a.winnow")
      #expect(try place.run("run", "--seed", "5", "a.winnow").code == 0)
      let csv = try place.run("sessions", "--mode", "csv")
      #expect(csv.code == 0 && csv.err.isEmpty)
      let lines = csv.out.split(whereSeparator: \.isNewline).map { $0.split(separator: ",") }
      #expect(lines.first?.first == "session" && lines.first?.last == "held_by")
      #expect(lines.dropFirst().map { $0[0] } == ["1", "2"])
      #expect(lines.dropFirst().map { $0[2] } == ["0", "5"])
      #expect(lines.dropFirst().map { $0[4] } == ["2", "1"])
      let objects = try place.run("sessions", "--mode", "jsonl").records
      #expect(objects.count == 1)
      let box = try place.run("sessions")
      #expect(box.out.contains("last_used") && !box.out.contains("\u{1b}"))
    }
  }

  @Test func `says who holds a session while it is held`() throws {
    try withWorkplace { place in
      let writer = try place.start(["--interactive"])
      writer.send("seed 1\n")
      _ = try writer.readLine(within: 20)
      let held = try place.run("sessions", "--mode", "csv")
      #expect(held.out.contains("process \(writer.identifier) on "), "\(held.out)")
      writer.closeInput()
      _ = try writer.wait(within: 20)
      let free = try place.run("sessions", "--mode", "csv")
      #expect(!free.out.contains("process"))
    }
  }

  @Test func `has none where nothing ran, and makes no file`() throws {
    try withWorkplace { place in
      let none = try place.run("sessions")
      #expect(none.code == 0 && none.out.contains("no session yet"))
      #expect(!FileManager.default.fileExists(atPath: place.workspace))
    }
  }

  @Test func `refuses a file that is no workspace`() throws {
    try withWorkplace { place in
      try Data("no database, but long enough to be one".utf8)
        .write(to: URL(fileURLWithPath: place.workspace))
      let run = try place.run("sessions")
      #expect(run.code == 4 && run.out.isEmpty && run.err.contains("workspace"), "\(run.err)")
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `writes completions that name all subcommands`(shell: String) throws {
    try withWorkplace { place in
      let run = try place.run("completions", shell)
      #expect(run.code == 0)
      for name in ["run", "replay", "check", "sessions", "completions", "keep-going"] {
        #expect(run.out.contains(name), "\(name)")
      }
      guard shell == "bash" else { return }
      try place.write(run.out, to: "winnow.bash")
      let read = try place.runShell("bash -c '. ./winnow.bash && complete -p winnow'")
      #expect(read.code == 0 && read.out.contains("winnow"), "\(read.err)")
    }
  }

  @Test func `knows no other shell`() throws {
    try withWorkplace { place in
      let refused = try place.run("completions", "tcsh")
      #expect(refused.code == 2 && refused.out.isEmpty)
    }
  }
}
