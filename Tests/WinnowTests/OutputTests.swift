import Foundation
import Glibc
import Testing

/// What goes to stdout, what to stderr, and in which form.
@Suite struct OutputTests {
  private static let work =
    "load blobs samples=12 test=4 spread=0.5; query random 3; show labeled; undo 90"

  @Test func `box draws tables of at most 80 columns`() throws {
    try withWorkplace { place in
      let run = try place.run(
        "-c", "load digits; query npc 20; filter aum; train linear; show rounds; show cells; help")
      #expect(run.code == 0 && run.out.contains("┌") && run.out.contains("│"))
      for line in run.out.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
  }

  @Test func `markdown has pipe tables and no boxes`() throws {
    try withWorkplace { place in
      let run = try place.run("--mode", "markdown", "-c", Self.work)
      #expect(run.out.contains("| position | sample | label |") && !run.out.contains("│"))
    }
  }

  @Test func `csv is each command's main table as RFC 4180 has it`() throws {
    try withWorkplace { place in
      let run = try place.run(
        "--mode", "csv", "-c",
        #"seed 3; sql 'SELECT 1 AS "a,b", char(34) || char(10) AS c, NULL AS d, 0.5 AS e'"#)
      #expect(run.code == 0, "\(run.err)")
      #expect(run.out == "seed\r\n3\r\n\"a,b\",c,d,e\r\n1,\"\"\"\n\",,0.5\r\n")
    }
  }

  @Test func `json is one array of the objects of jsonl, closed also after an error`() throws {
    try withWorkplace { place in
      let run = try place.run("--mode", "json", "-c", Self.work)
      #expect(run.code == 1)
      let objects = try #require(try JSONText(parsing: run.out).array)
      #expect(objects.map { $0["status"]?.string } == ["ok", "ok", "ok", "error"])
      let lines = try place.run("--mode", "jsonl", "-c", Self.work).records
      for (object, line) in zip(objects, lines) { #expect(object.keys == line.keys) }
      #expect(try JSONText(parsing: place.run("--mode", "json", "-c", "").out).array == [])
    }
  }

  @Test(arguments: ["box", "markdown", "csv", "json", "jsonl"])
  func `stdout is empty where the check fails`(mode: String) throws {
    try withWorkplace { place in
      let wrong = "seed 1\nquery ncp 5\n"
      try place.write(wrong, to: "a.winnow")
      let runs = [
        try place.run("--mode", mode, "-c", wrong), try place.run("--mode", mode, "-f", "a.winnow"),
        try place.run("--mode", mode, "run", "a.winnow"),
        try place.run("--mode", mode, "check", "a.winnow"),
        try place.run(["--mode", mode], input: wrong),
      ]
      for run in runs {
        #expect(run.code == 2 && run.out.isEmpty)
        #expect(run.err.contains("error[unknown-name]: no query strategy 'ncp'"))
      }
    }
  }

  @Test(arguments: ["box", "markdown", "csv"])
  func `errors, notices and times are on stderr alone`(mode: String) throws {
    try withWorkplace { place in
      let work = "load blobs samples=9 test=0; query random 2; seed 1; undo 90"
      let run = try place.run("--mode", mode, "--timing", "-c", work)
      #expect(run.code == 1)
      for words in ["error[range]", "empty again", "cell 3: "] {
        #expect(run.err.contains(words) && !run.out.contains(words), "\(words)")
      }
      let quiet = try place.run("--mode", mode, "--quiet", "--timing", "-c", work)
      #expect(quiet.err.contains("error[range]") && !quiet.err.contains("empty again"))
      #expect(!quiet.err.contains("cell 3: "))
    }
  }

  @Test func `no escape codes on a stream that is no terminal`() throws {
    try withWorkplace(["TERM": "xterm-256color", "COLORTERM": "truecolor"]) { place in
      let long = "load blobs samples=4000 dimensions=16 test=0; query probcover 5 delta=0.4; undo 9"
      for arguments in [
        ["-c", long], ["--progress", "plain", "-c", long], ["--help"], ["--bogus"],
      ] {
        let run = try place.run(arguments)
        #expect(!run.out.contains("\u{1b}") && !run.err.contains("\u{1b}"), "\(arguments)")
      }
      let never = try place.run("--color", "never", "-c", "bogus")
      #expect(!never.err.contains("\u{1b}"))
      let always = try place.run("--color", "always", "-c", "bogus")
      #expect(always.err.contains("\u{1b}[1;31m") && always.out.isEmpty)
    }
  }

  @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"], ["NO_COLOR": "1", "TERM": "dumb"]])
  func `NO_COLOR and TERM=dumb keep escapes away, in help too`(environment: [String: String])
    throws
  {
    try withWorkplace(environment) { place in
      for arguments in [["--help"], ["-c", "bogus"], ["-c", "help npc"]] {
        let run = try place.run(arguments)
        #expect(!(run.out + run.err).contains("\u{1b}"))
      }
    }
  }

  @Test(arguments: ["tour", "tree", "sweep"], ["box", "markdown", "csv", "jsonl"])
  func `no command writes an escape code into a pipe`(session: String, mode: String) throws {
    try withWorkplace(["TERM": "xterm-256color", "COLORTERM": "truecolor"]) { place in
      let script = Product.file("workspaces/\(session)/session.winnow").path
      let run = try place.run("run", script, "--mode", mode)
      #expect(run.code == 0, "\(run.err)")
      let codes = Set(
        (run.out + run.err).unicodeScalars.filter { $0.properties.generalCategory == .control })
      #expect(codes.isSubset(of: ["\n", "\r"]), "\(codes)")
    }
  }

  @Test func `a script that may be executed runs by its first line`() throws {
    try withWorkplace { place in
      try place.write("#!/usr/bin/env -S winnow run\nseed 4\n", to: "a.winnow")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755],
        ofItemAtPath: place.folder.appending(path: "a.winnow").path)
      let folder = try Product.binary.deletingLastPathComponent().path
      let run = try place.runShell("PATH='\(folder)':\"$PATH\" ./a.winnow")
      #expect(run.code == 0 && run.out == "seed 4\n", "\(run.err)")
    }
  }

  @Test func `progress is said on stderr, or not at all`() throws {
    try withWorkplace { place in
      let long = "load blobs samples=60000 dimensions=64 test=0; query probcover 5 delta=0.3"
      let plain = try place.start(["--progress", "plain", "-c", long], input: "")
      try plain.awaitComplaint("coverage graph  ")
      #expect(plain.complaints.firstMatch(of: /^coverage graph +[0-9]+ %/) != nil)
      plain.signal(SIGKILL)
      #expect(try plain.readAll().components(separatedBy: "\n").count == 2)
    }
  }

  @Test(arguments: [["--progress", "never"], ["--quiet", "--progress", "plain"]])
  func `progress is not said where nobody wants it`(arguments: [String]) throws {
    try withWorkplace { place in
      let long = "load blobs samples=60000 dimensions=64 test=0; query probcover 5 delta=0.3"
      let process = try place.start(arguments + ["-c", long], input: "")
      #expect(try process.readLine() != nil)
      // Plain progress begins after two seconds.
      usleep(2_600_000)
      #expect(process.complaints.isEmpty)
    }
  }

  @Test(arguments: ["box", "json", "jsonl", "csv"])
  func `a closed pipe ends quietly`(mode: String) throws {
    try withWorkplace { place in
      let process = try place.start(
        ["--mode", mode, "-c", "for i in 1..3000 { seed $i }"], input: "")
      #expect(try process.readLine() != nil)
      process.closeOutput()
      #expect(try process.wait() == .exited(0))
      #expect(process.complaints.isEmpty)
      // It stopped there, and the workspace is none the worse.
      let count = try #require(try place.rows("SELECT count(*) FROM cells")[0][0].int)
      #expect((1..<3000).contains(count))
      #expect(try place.rows("SELECT count(*) FROM cells WHERE status = 'running'")[0][0].int == 0)
    }
  }

  @Test func `--interactive answers each line at once and stays after an error`() throws {
    try withWorkplace { place in
      let process = try place.start(["--interactive", "--mode", "jsonl"])
      func answer(_ line: String) throws -> JSONText {
        process.send(line + "\n")
        return try JSONText(parsing: try #require(try process.readLine()))
      }
      #expect(try answer("load blobs samples=30 test=0")["status"]?.string == "ok")
      #expect(try answer("query ncp 3")["error"]?["code"]?.string == "unknown-name")
      #expect(try answer("query random )")["error"]?["code"]?.string == "syntax")
      #expect(try answer("assert coverage > 2")["error"]?["code"]?.string == "assertion")
      #expect(try answer("query random 3")["result"]?["round"]?.int == 1)
      process.send("repeat 2 {\n")
      process.send("  query random 2\n")
      #expect(throws: WinnowProcess.TimedOut.self) { _ = try process.readLine(within: 0.2) }
      #expect(try answer("}")["result"]?["round"]?.int == 2)
      #expect(try JSONText(parsing: #require(try process.readLine()))["result"]?["round"]?.int == 3)
      process.closeInput()
      #expect(try process.readAll().isEmpty)
      #expect(try process.wait() == .exited(1))
      #expect(process.complaints.components(separatedBy: "error[").count == 4)
    }
  }
}
