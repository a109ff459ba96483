import Foundation
import Testing

/// Examples of the language and of the README, as a reader would try them.
@Suite struct ExampleTests {
  private static let script = """
    #!/usr/bin/env -S winnow run
    #: winnow 1 seed=7 threads=2
    ## Does NPC survive 50 % symmetric noise?
    # Half of the labels are wrong. We buy ten a round.
    budget = 10
    load digits
    noise sym 0.5
    repeat 5 {
      query npc $budget
      filter aum
      train linear
    }
    assert accuracy >= 0.5

    """

  @Test func `the script with prose, a block and an assertion runs, checks and replays`() throws {
    try withWorkplace { place in
      try place.write(Self.script, to: "demo.winnow")
      #expect(try place.run("check", "demo.winnow").code == 0)
      let run = try place.run("run", "demo.winnow", "--seed", "7", "--mode", "jsonl")
      #expect(run.code == 0, "\(run.err)")
      let records = try run.records
      #expect(records.count == 19)
      #expect(records.compactMap { $0["result"]?["round"]?.int } == Array(1...5))
      // The header's seed is what a replay begins with.
      let again = try place.run("replay", "demo.winnow", "--mode", "jsonl")
      #expect(try again.records.map { $0["result"]?.text } == records.map { $0["result"]?.text })
    }
  }

  @Test func `a script with a shebang is a program`() throws {
    let programs = try Product.binary.deletingLastPathComponent().path
    try withWorkplace(["PATH": "\(programs):/usr/bin:/bin"]) { place in
      try place.write(
        "#!/usr/bin/env -S winnow run\nload digits subset=60\nquery random 4\nshow labeled\n",
        to: "demo.winnow")
      let run = try place.runShell("chmod +x demo.winnow && ./demo.winnow --mode csv")
      #expect(run.code == 0, "\(run.err)")
      #expect(run.out.contains("\r\n") && !run.out.contains("#!"), "\(run.out)")
      #expect(try place.rows("SELECT count(*) FROM purchases")[0][0].int == 4)
    }
  }

  @Test(arguments: [
    "for q in probcover npc(delta=0.68) random { query $q 20 }",
    "query npc 20 delta=0.68; query npc(delta=0.68) 20",
    "for s in 1..3 { seed $s; query random 5 }",
    "for n in 10..30:10 { reset; query random $n }",
    "load blobs samples=90 # a comment; query bogus\nquery random 4 # and another",
    "query npc 20 \\\n  delta=0.6 \\\n  share=4",
    "query random 20; assert n_labeled>=20",
    "share = 7; query npc 14 share=$share",
    "query NPC 10 Share=2 TIES=lowest; query prob_cover 3",
    "filter none; query npc 10; filter AUM",
    "sql 'SELECT count(*) FROM cells'",
  ])
  func `runs as the language is described`(text: String) throws {
    try withWorkplace { place in
      try place.write("load digits\nnoise sym 0.2\n" + text + "\n", to: "a.winnow")
      let run = try place.run("run", "a.winnow")
      #expect(run.code == 0, "\(run.err)")
    }
  }

  /// The README's session was typed at a prompt; what stands there must be what comes.
  @Test(.enabled(if: GoldenTests.hasKernels, GoldenTests.reason))
  func `the README shows what the program says`() throws {
    let blocks = try codeBlocks()
    let session = try #require(blocks.first { $0.contains("[1]> ") })
    let shown = session.split(separator: "\n").map(String.init)
    let typed = shown.compactMap { $0.firstMatch(of: /^\[([0-9]+)\]> ([^^].*)/) }
    let commands = typed.map { String($0.output.2) }
    try withWorkplace(GoldenTests.kernels) { place in
      let box = try place.start(["--interactive", "--threads", "2"])
      box.send(commands.joined(separator: "\n") + "\n")
      box.closeInput()
      let said = try box.readAll() + box.complaints.replacing("\n", with: " ")
      for line in shown where !line.isEmpty && !isLeftOut(line) {
        #expect(said.contains(line), "\(line)")
      }
      let records = try place.run(
        ["--interactive", "--mode", "jsonl", "--workspace", "other.sqlite"],
        input: commands.joined(separator: "\n")
      ).records
      let numbers = Dictionary(grouping: records) { $0["input"]?.int ?? 0 }.sorted {
        $0.key < $1.key
      }
      #expect(
        numbers.compactMap { $0.value.first?["cell"]?.int } == typed.compactMap { Int($0.output.1) }
      )
      let replay = try #require(blocks.first { $0.contains("replay npc.winnow --verify") })
      let verified = try place.run("replay", "npc.winnow", "--verify", "--threads", "2")
      #expect(replay.hasSuffix("--verify\n" + verified.out), "\(verified.out)")
    }
  }

  /// Prompts, the mark for what is not shown, and what only a person at a terminal is told.
  private func isLeftOut(_ line: String) -> Bool {
    line.hasPrefix("[") || line.hasPrefix("$ ") || line == "⋮" || line.hasPrefix("help says")
      || line.hasPrefix(", history")
  }

  /// The texts between ``` marks.
  private func codeBlocks() throws -> [String] {
    let text = String(decoding: try Data(contentsOf: Product.file("README.md")), as: UTF8.self)
    return text.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element.drop { $0.isNewline }) }
  }
}
