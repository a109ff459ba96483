import Foundation
import TestSupport
import Testing

/// What the program says of workspaces without running commands of the language.
@Suite struct DoctorTests {
  @Test func `finds nothing wrong with a workspace that is well, and changes nothing`() throws {
    try withWorkplace { place in
      #expect(try place.run("-c", "load digits subset=60; query random 5").code == 0)
      let before = try Data(contentsOf: URL(fileURLWithPath: place.workspace))
      let run = try place.run("doctor", "--mode", "csv")
      #expect(run.code == 0, "\(run.out)")
      for subject in ["workspace", "arrays", "SQLite", "OpenBLAS", "oneDNN", "threads", "memory"] {
        #expect(run.out.contains("\n\(subject),"), "\(subject)")
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: place.workspace)) == before)
    }
  }

  @Test func `finds an array that is not as its digest says`() throws {
    try withWorkplace { place in
      #expect(try place.run("-c", "load digits").code == 0)
      // The features of 1,297 digits are most of the file.
      let url = URL(fileURLWithPath: place.workspace)
      var bytes = try Data(contentsOf: url)
      bytes[bytes.count / 2 / 4096 * 4096 + 2048] ^= 1
      try bytes.write(to: url)
      let run = try place.run("doctor")
      #expect(run.code == 4 && run.out.contains("not as their digests say"), "\(run.out)")
    }
  }

  @Test func `says that what a cell left behind cannot be read`() throws {
    try withWorkplace { place in
      #expect(try place.run("-c", "seed 5").code == 0)
      let url = URL(fileURLWithPath: place.workspace)
      var bytes = try Data(contentsOf: url)
      let effect = try #require(bytes.firstRange(of: Data(#"{"seeded""#.utf8)))
      bytes[effect.lowerBound] = UInt8(ascii: "(")
      try bytes.write(to: url)
      let run = try place.run("-c", "show cells")
      #expect(run.code == 4, "\(run.err)")
      #expect(run.err.contains("what cell 1 left behind cannot be read"), "\(run.err)")
    }
  }

  /// Sound SQLite throughout, but no one's writing: such numbers once ended the program, or led it
  /// round in a circle.
  @Test(arguments: [
    ("cell_rows SET parent = number WHERE number = 3", "cell 3 does not follow cell 3"),
    ("session_rows SET head = 77", "stands at a cell that is not there"),
    (
      "cell_rows SET number = 9223372036854775807 WHERE number = 3", "cell 4 does not follow cell 3"
    ),
    ("input_rows SET number = 9223372036854775807 WHERE number = 3", "is no number of anything"),
    ("cell_rows SET round = 9223372036854775807 WHERE number = 3", "is no number of anything"),
    ("purchase_rows SET label = 2147483648", "cell 3 speaks of samples or labels"),
    ("purchase_rows SET sample = 60 WHERE position = 0", "cell 3 speaks of samples or labels"),
    (
      "metric_rows SET value = -1e300 WHERE key = 'n_labeled'", "cell 3 speaks of samples or labels"
    ),
    (
      "cell_rows SET effect = replace(effect, '\"round\":1', '\"round\":9223372036854775807')",
      "what cell 3 left behind cannot be read"
    ),
    ("blob_rows SET bytes = substr(bytes, 9)", "is not in the workspace as it was written"),
  ])
  func `refuses what nobody wrote`(change: String, complaint: String) throws {
    try withWorkplace { place in
      let made = try place.run(
        "-c", "load digits subset=60; noise sym 0.5; query random 5; filter aum epochs=2")
      #expect(made.code == 0, "\(made.err)")
      let edit = """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        database.execute("PRAGMA ignore_check_constraints = 1")
        database.execute("UPDATE OR REPLACE " + sys.argv[2])
        database.commit()
        """
      let edited = try ForeignProgram.run(["python3", "-c", edit, place.workspace, change])
      #expect(edited.status == 0, "\(edited.text)")
      let run = try place.run("-c", "query random 1; show rounds")
      #expect(run.code == 4, "\(run.out)\(run.err)")
      #expect(run.err.contains(complaint), "\(run.err)")
      #expect(try place.run("doctor").code == 4)
    }
  }

  @Test func `says that there is no workspace yet, and that a file is none`() throws {
    try withWorkplace { place in
      let none = try place.run("doctor")
      #expect(none.code == 0 && none.out.contains("no workspace at"), "\(none.out)")
      #expect(!FileManager.default.fileExists(atPath: place.workspace))
      try Data("no database, but long enough to be one".utf8)
        .write(to: URL(fileURLWithPath: place.workspace))
      #expect(try place.run("doctor").code == 4)
    }
  }

  @Test func `history and diff read the workspace from the command line`() throws {
    try withWorkplace { place in
      #expect(try place.run("-c", "seed 1; branch b; seed 2").code == 0)
      let history = try place.run("history", "2..3", "--mode", "csv")
      #expect(history.out == "input,text,status\r\n2,branch b;,ok\r\n3,seed 2,ok\r\n")
      let found = try place.run("history", "-g", "SEED", "--mode", "csv")
      #expect(found.out.split(separator: "\r\n").count == 3)
      #expect(try place.run("diff", "main", "b").code == 3)
      #expect(try place.run("diff", "b", "b").code == 0)
      #expect(try place.run("diff", "main", "c").code == 2)
      #expect(try place.run("history", "--session", "9").code == 2)
    }
  }

  @Test func `names first what of the platform differs between two sessions`() throws {
    try withWorkplace { place in
      func session(_ labels: String, _ arguments: String...) throws {
        try place.write(labels, to: "labels.txt")
        try place.write(
          "load blobs samples=4 test=0 classes=2\nnoise file labels.txt\n", to: "a.winnow")
        #expect(try place.run(["run", "a.winnow"] + arguments).code == 0)
      }
      try session("0\n1\n0\n1\n", "--threads", "1")
      try session("0\n1\n1\n1\n", "--threads", "2")
      try session("0\n1\n0\n0\n", "--threads", "2")
      let platform = try place.run("diff", "1", "2")
      #expect(platform.code == 3, "\(platform.err)")
      #expect(
        platform.out.hasPrefix("platform differs: threads 1 and 2\nfirst difference: labels\n"))
      #expect(platform.out.contains("on another platform"), "\(platform.out)")
      let file = try place.run("diff", "2", "3")
      #expect(file.out.hasPrefix("first difference: labels\n"), "\(file.out)")
      #expect(file.out.contains("a file has changed"), "\(file.out)")
      // A script says what its session ran on, whoever saves it.
      #expect(try place.run("--session", "1", "--threads", "2", "-c", "save b.winnow").code == 0)
      #expect(try place.read("b.winnow").contains(" threads=1 "))
    }
  }

  @Test func `a workspace that is only read answers, and takes nothing`() throws {
    try withWorkplace { place in
      #expect(try place.run("-c", "load digits subset=60; query random 5").code == 0)
      let look = try place.run("--read-only", "-c", "show labeled", "--mode", "csv")
      #expect(look.code == 0 && look.out.split(separator: "\r\n").count == 6, "\(look.err)")
      let change = try place.run("--read-only", "-c", "query random 5")
      #expect(change.code == 1 && change.err.contains("reading only"), "\(change.err)")
      let back = try place.run("--read-only", "-c", "undo")
      #expect(back.code == 1)
      #expect(try place.run("history", "--mode", "csv").out.split(separator: "\r\n").count == 3)
    }
  }
}
