import Foundation
import TestSupport
import Testing

/// Flags, subcommands and where statements come from.
@Suite struct CommandLineTests {
  @Test func `version and help are results, on stdout`() throws {
    try withWorkplace { place in
      let version = try place.run("--version")
      #expect(version.code == 0 && version.err.isEmpty)
      #expect(version.out.wholeMatch(of: /winnow [0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
      for arguments in [["--help"], ["-h"], ["help"]] {
        let help = try place.run(arguments)
        #expect(help.code == 0 && help.err.isEmpty, "\(arguments)")
        for word in ["--workspace", "--interactive", "run", "replay", "check", "130"] {
          #expect(help.out.contains(word), "\(arguments) does not speak of \(word)")
        }
      }
      for arguments in [["run", "--help"], ["help", "run"]] {
        let help = try place.run(arguments)
        #expect(help.code == 0 && help.err.isEmpty)
        #expect(help.out.contains("-p <name=value>"), "\(arguments)")
      }
      #expect(!FileManager.default.fileExists(atPath: place.workspace))
    }
  }

  @Test(arguments: [
    ["--bogus"], ["--mode", "xml"], ["--threads", "0"], ["--threads", "many"], ["--seed", "-1"],
    ["--session", "0"], ["--color", "sometimes"], ["-c"], ["-f"], ["run"], ["check"], ["replay"],
    ["nonsense"], ["run", "--bogus", "a.winnow"], ["run", "missing.winnow"],
    ["-f", "missing.winnow"],
    ["check", "missing.winnow"], ["replay", "missing.winnow"],
  ])
  func `wrong usage ends with 2, says why on stderr and nothing on stdout`(arguments: [String])
    throws
  {
    try withWorkplace { place in
      let run = try place.run(arguments)
      #expect(run.code == 2)
      #expect(run.out.isEmpty)
      #expect(run.err.contains("rror"))
    }
  }

  @Test(arguments: [["-p", "b=9"], ["-p", "a"], ["-p", "a=["], ["-p", "=3"]])
  func `a parameter that fits nothing is wrong usage`(parameter: [String]) throws {
    try withWorkplace { place in
      try place.write("a = 3\nseed $a\n", to: "a.winnow")
      let run = try place.run(["run", "a.winnow"] + parameter)
      #expect(run.code == 2 && run.out.isEmpty && !run.err.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: place.workspace))
    }
  }

  @Test func `texts and files run in the order of the command line`() throws {
    try withWorkplace { place in
      try place.write("seed 2\n", to: "two.winnow")
      try place.write("seed 5\n", to: "five.winnow")
      let run = try place.run(
        "-c", "seed 1", "-f", "two.winnow", "--quiet", "-c", "seed 3; seed 4", "-f", "five.winnow")
      #expect(run.code == 0)
      #expect(run.out == "seed 1\nseed 2\nseed 3\nseed 4\nseed 5\n")
    }
  }

  @Test func `later texts see the variables of earlier ones`() throws {
    try withWorkplace { place in
      let run = try place.run("--mode", "jsonl", "-c", "s = 4", "-c", "seed $s")
      #expect(run.code == 0, "\(run.err)")
      #expect(try run.records.last?["command"]?.string == "seed 4")
      let next = try place.run("--mode", "jsonl", "-c", "seed $s")
      #expect(try next.records.last?["command"]?.string == "seed 4")
    }
  }

  @Test func `stdin is a script where no terminal is`() throws {
    try withWorkplace { place in
      #expect(try place.run([], input: "seed 1\nseed 2 # two\n").out == "seed 1\nseed 2\n")
      #expect(try place.run([], input: "").code == 0)
      let wrong = try place.run([], input: "seed 3\nquery ncp 20\n")
      #expect(wrong.code == 2 && wrong.out.isEmpty)
      #expect(wrong.err.contains("error[unknown-name]") && wrong.err.contains("'npc'"))
      #expect(try place.rows("SELECT count(*) FROM cells WHERE command = 'seed 3'")[0][0].int == 0)
    }
  }

  @Test func `run begins a session each time, and with --continue goes on`() throws {
    try withWorkplace { place in
      try place.write("load blobs samples=20 test=0\nquery random 2\n", to: "first.winnow")
      try place.write("query random 3\n", to: "more.winnow")
      #expect(try place.run("run", "first.winnow").code == 0)
      #expect(try place.run("run", "more.winnow").code == 1)
      let more = try place.run("run", "--session", "1", "more.winnow", "--mode", "jsonl")
      #expect(try more.records[0]["result"]?["round"]?.int == 2)
      #expect(try place.run("run", "first.winnow", "first.winnow").code == 0)
      let again = try place.run("run", "--continue", "more.winnow", "--mode", "jsonl")
      #expect(try again.records[0]["result"]?["round"]?.int == 2)
      let counts = try place.rows("SELECT session, inputs FROM sessions ORDER BY session")
      // The last row counts this query's own input too.
      #expect(counts.map { $0.compactMap(\.int) } == [[1, 3], [2, 1], [3, 6]])
    }
  }

  @Test func `a parameter replaces a top-level assignment`() throws {
    try withWorkplace { place in
      try place.write(
        "s = 1\nm = npc(share=5)\nload digits\nseed $s\nquery $m 10\n", to: "a.winnow")
      let run = try place.run(
        "run", "a.winnow", "-p", "s=7", "-p", "m=probcover(delta=0.5)", "--mode", "jsonl")
      #expect(run.code == 0, "\(run.err)")
      #expect(
        try run.records.compactMap { $0["command"]?.string }.filter { !$0.hasPrefix("load") } == [
          "s = 7", "m = probcover(delta=0.5)", "seed 7",
          "query probcover 10 delta=0.5 schedule=constant softening=none consider_noise=false "
            + "alpha=0.95 support=full ties=random",
        ])
      #expect(try place.run("run", "a.winnow", "-p", "s=none").code == 2)
    }
  }

  @Test func `a session is taken by its number`() throws {
    try withWorkplace { place in
      for seed in 1...3 {
        try place.write("seed \(seed)\n", to: "s.winnow")
        #expect(try place.run("run", "s.winnow").code == 0)
      }
      let second = try place.run("--session", "2", "--mode", "csv", "-c", "show pool; show vars")
      #expect(second.code == 1)
      let cells = try place.run(
        "--session", "2", "--mode", "csv", "-c",
        "sql 'SELECT max(seed) FROM cells WHERE session = 2'")
      #expect(cells.out == "max(seed)\r\n2\r\n")
      let none = try place.run("--session", "9", "-c", "seed 1")
      #expect(none.code == 2 && none.out.isEmpty && none.err.contains("1…3"))
    }
  }

  @Test func `--seed is a new session's seed, and refused by an old one`() throws {
    try withWorkplace { place in
      let new = try place.run("--seed", "7", "-c", "sql 'SELECT seed FROM sessions'")
      #expect(new.code == 0 && new.out.contains("7"))
      #expect(try place.run("--seed", "7", "-c", "seed 1").code == 0)
      let old = try place.run("--seed", "8", "-c", "seed 1")
      #expect(old.code == 2 && old.out.isEmpty && old.err.contains("seed 7"))
    }
  }

  @Test func `the number of threads changes no result`() throws {
    try withWorkplace { place in
      try place.write(
        "load digits\nnoise sym 0.4\nquery npc 60\nfilter aum\ntrain linear\n", to: "a.winnow")
      let results = try [1, 2, 5].map { threads in
        let run = try place.run("run", "a.winnow", "--mode", "jsonl", "--threads", "\(threads)")
        #expect(run.code == 0)
        return try run.records.map { $0["result"]?.text }
      }
      #expect(results[0] == results[1] && results[0] == results[2])
    }
  }

  @Test func `data sets are looked for where --data says, then where WINNOW_DATA says`() throws {
    let digits = Fixtures.url("oracles/digits-idx")
    try withWorkplace { place in
      for name in ["one", "two"] {
        let target = place.folder.appending(path: "\(name)/fashion-mnist")
        try FileManager.default.createDirectory(
          at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: digits, to: target)
      }
      let broken = "two/fashion-mnist/train-labels-idx1-ubyte.gz"
      try place.write("no gzip", to: broken)
      var withVariable = place
      withVariable.environment["WINNOW_DATA"] = "nowhere:two:one"
      let command = ["--mode", "jsonl", "-c", "load fashion-mnist features=pixels"]
      let first = try withVariable.run(["--data", "none", "--data", "one"] + command)
      #expect(first.code == 0, "\(first.err)")
      #expect(try first.records[0]["result"]?["train"]?.int == 1297)
      let second = try withVariable.run(command)
      #expect(second.code == 1 && second.err.contains(broken))
      #expect(try place.run(["--data", "one"] + command).code == 0)
    }
  }

  @Test func `the workspace lies where the rules of places say`() throws {
    func exists(_ place: Workplace, _ path: String) -> Bool {
      FileManager.default.fileExists(atPath: place.folder.appending(path: path).path)
    }
    try withWorkplace(["WINNOW_WORKSPACE": Workplace.unset]) { place in
      #expect(try place.run("-c", "seed 1").code == 0)
      #expect(exists(place, ".local/share/winnow/default.sqlite"))
      var other = place
      other.environment["XDG_DATA_HOME"] = place.folder.appending(path: "xdg").path
      #expect(try other.run("-c", "seed 1").code == 0)
      #expect(exists(place, "xdg/winnow/default.sqlite"))
      try FileManager.default.createDirectory(
        at: place.folder.appending(path: "workspaces"), withIntermediateDirectories: false)
      #expect(try other.run("-c", "seed 1").code == 0)
      #expect(exists(place, "workspaces/default.sqlite"))
      other.environment["WINNOW_WORKSPACE"] = "named.sqlite"
      #expect(try other.run("-c", "seed 1").code == 0)
      #expect(exists(place, "named.sqlite"))
      #expect(try other.run("--workspace", "flag.sqlite", "-c", "seed 1").code == 0)
      #expect(exists(place, "flag.sqlite"))
    }
  }

  @Test func `what was typed in one run is there in the next`() throws {
    try withWorkplace { place in
      #expect(try place.run("-c", "load digits; noise sym 0.2; query random 5").code == 0)
      let next = try place.run("--mode", "jsonl", "-c", "query random 5; show labeled")
      #expect(try next.records[0]["result"]?["round"]?.int == 2)
      #expect(try next.records[1]["result"]?["rows"]?.array?.count == 10)
    }
  }

  @Test func `scripts that are shipped pass check`() throws {
    try withWorkplace { place in
      for name in [
        "quickstart", "compare", "expectations", "expectations/claims", "expectations/filters",
        "expectations/radius",
      ] {
        let check = try place.run("check", Product.file("scripts/\(name).winnow").path)
        #expect(check.code == 0 && check.out.isEmpty && check.err.isEmpty, "\(check.err)")
      }
    }
  }
}
