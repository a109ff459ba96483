import Foundation
import Testing

/// `--mode jsonl` is what other programs read: keys, their order, and what stands in them.
@Suite struct JSONLinesTests {
  private static let tour = """
    n = 10
    load digits
    noise sym 0.5
    show noise
    query random $n
    query probcover 5 delta=0.6 ties=lowest
    repeat 2 {
      query npc $n share=5 remainder=last
      filter aum epochs=20
    }
    for m in linear 1nn { train $m on=all }
    test
    filter ideal
    query npc spc=3
    assert n_labeled >= 40
    show rounds
    undo
    redo
    reset
    seed 3
    set threads 1
    load blobs samples=20 test=5 classes=3 normalization=none
    query random 4
    train 1nn
    """

  /// What `result` holds for each verb, in order; nested objects behind a dot.
  private static let keys: [String: [String]] = [
    "load": ["dataset", "train", "test", "classes", "features", "digest"],
    "load.features": ["source", "dimensions", "normalization"],
    "noise": ["model", "requested_rate", "digest", "evaluation"],
    "noise.evaluation": ["realised_rate", "per_class", "matrix"],
    "query": [
      "round", "strategy", "budget", "selected", "labels", "scores", "shares", "filter",
      "filter_options", "delta", "exhausted", "verdicts", "coverage", "presumed_coverage",
      "evaluation",
    ],
    "query.evaluation": ["clean_coverage", "true_noise"],
    "filter": ["method", "labeled", "clean", "quality", "scores", "threshold", "evaluation"],
    "filter.evaluation": [
      "noise_accuracy", "clean_precision", "clean_recall", "clean_f1", "noise_precision",
      "noise_recall", "noise_f1", "keep_all_f1", "predicted_noise", "true_noise",
    ],
    "train": [
      "model", "on", "samples", "clean", "suspected", "unjudged", "epochs", "batch", "train_loss",
      "evaluation",
    ],
    "train.evaluation": ["accuracy", "loss"],
    "test": ["model", "evaluation"],
    "test.evaluation": ["accuracy", "loss", "per_class", "confusion"],
    "assert": ["metric", "op", "value", "actual", "passed"],
    "seed": ["seed"],
    "undo": ["head", "branch"],
    "redo": ["head", "branch"],
    "n": ["name", "value"],
  ]

  private func tour(_ place: Workplace) throws -> [JSONText] {
    try place.write(Self.tour, to: "tour.winnow")
    let run = try place.run("run", "tour.winnow", "--mode", "jsonl")
    try #require(run.code == 0, "\(run.err)")
    return try run.records
  }

  @Test func `has one line for each command that was executed, in order`() throws {
    try withWorkplace { place in
      let records = try tour(place)
      let verbs = records.compactMap { $0["command"]?.string?.split(separator: " ").first }
      #expect(
        verbs == [
          "n", "load", "noise", "show", "query", "query", "query", "filter", "query", "filter",
          "train", "train", "test", "filter", "query", "assert", "show", "undo", "redo", "reset",
          "seed", "set", "load", "query", "train",
        ])
      #expect(records.compactMap { $0["cell"]?.int } == Array(1...25))
      let inputs = [1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 8, 8] + Array(9...21)
      #expect(records.compactMap { $0["input"]?.int } == inputs)
    }
  }

  @Test func `has the keys of the contract in their order, none missing`() throws {
    try withWorkplace { place in
      for record in try tour(place) {
        #expect(record.keys == ["cell", "input", "command", "status", "seconds", "result"])
        let verb = try #require(record["command"]?.string?.split(separator: " ").first)
        let result = try #require(record["result"])
        guard let keys = Self.keys[String(verb)] else { continue }
        #expect(result.keys == keys, "\(verb)")
        for key in ["evaluation", "features"] {
          if let inner = Self.keys["\(verb).\(key)"] { #expect(result[key]?.keys == inner) }
        }
        let seconds = try #require(record["seconds"]?.double)
        #expect((0..<60).contains(seconds))
      }
    }
  }

  @Test func `a table has columns with name and unit, and rows of that length`() throws {
    try withWorkplace { place in
      let tables = try tour(place).filter {
        $0["command"]?.string?.hasPrefix("show") == true
      }.compactMap { $0["result"] }
      #expect(tables.count == 2)
      let rounds = try #require(tables.last)
      #expect(rounds.keys == ["columns", "rows"])
      let columns = try #require(rounds["columns"]?.array)
      for column in columns { #expect(column.keys == ["name", "unit"]) }
      let names = columns.compactMap { $0["name"]?.string }
      #expect(names.contains("m") == false && names.contains("clean_coverage"))
      for row in rounds["rows"]?.array ?? [] { #expect(row.array?.count == columns.count) }
      #expect(rounds["rows"]?.array?.count == 5)
    }
  }

  @Test func `says of a query what it bought, in the order of choice`() throws {
    try withWorkplace { place in
      let records = try tour(place)
      let queries = records.filter { $0["result"]?["selected"] != nil }.compactMap { $0["result"] }
      var labeled = 0
      for query in queries.dropLast() {
        let selected = try #require(query["selected"]?.ints)
        #expect(selected.count == query["budget"]?.int && Set(selected).count == selected.count)
        #expect(selected.allSatisfy { (0..<1297).contains($0) })
        #expect(query["labels"]?.ints?.count == selected.count)
        #expect(query["scores"]?.array?.count == selected.count)
        #expect(query["shares"]?.ints?.reduce(0, +) == selected.count)
        let verdicts = try #require(query["verdicts"]?.array)
        for verdict in verdicts { #expect(verdict.keys == ["labeled", "suspected"]) }
        labeled += selected.count
        if let last = verdicts.last { #expect(last["labeled"]?.int == labeled) }
      }
      #expect(queries.compactMap { $0["round"]?.int } == [1, 2, 3, 4, 5, 1])
      #expect(queries[0]["delta"] == .null && queries[0]["filter"] == .null)
      #expect(queries[2]["filter"]?.string == "aum" && queries[2]["shares"]?.ints == [5, 5])
    }
  }

  @Test func `the canonical command is complete: run again it is the same, with the same result`()
    throws
  {
    try withWorkplace { place in
      let first = try tour(place)
      // Loops are written out by now, so an undo takes back less than it did; it is left out, with
      // what only reads the record of time.
      let kept = first.filter {
        let command = $0["command"]?.string ?? ""
        return !["undo", "redo", "show rounds"].contains { command.hasPrefix($0) }
      }
      try place.write(
        kept.compactMap { $0["command"]?.string }.joined(separator: "\n") + "\nseed $n\n",
        to: "canonical.winnow")
      let again = try place.run("run", "canonical.winnow", "--mode", "jsonl")
      #expect(again.code == 0, "\(again.err)")
      for (one, other) in zip(kept, try again.records) {
        #expect(one["command"] == other["command"])
        #expect(one["result"] == other["result"], "\(one["command"]?.text ?? "")")
      }
    }
  }

  @Test func `the canonical command has full names, every option and no variable`() throws {
    try withWorkplace { place in
      let commands = try tour(place).compactMap { $0["command"]?.string }
      let radius =
        "schedule=constant softening=none consider_noise=false alpha=0.95 support=full"
      #expect(
        commands.contains(
          "query npc 10 delta=0.68 \(radius) ties=random share=5 remainder=last "
            + "noise_dropout=false filter=aum"))
      #expect(
        commands.contains("load digits features=pca:32 metric=l2 normalization=unit scale=auto"))
      #expect(
        commands.contains(
          "filter aum epochs=20 percentile=80 lr=0.1 batch=64 thresholds=auto threshold_from=pool "
            + "repeats=1 scale=auto momentum=0 card=false")
      )
      #expect(commands.allSatisfy { !$0.contains("$") && !$0.contains("\n") })
      let spelled = try place.run(
        "--mode", "jsonl", "-c", "LOAD Digits NORMALIZATION=UNIT; query Prob-Cover 3 TIES=Lowest")
      #expect(
        try spelled.records.last?["command"]?.string
          == "query probcover 3 delta=0.68 \(radius) ties=lowest")
    }
  }

  @Test func `a failed command has the whole error, with its place`() throws {
    try withWorkplace { place in
      let text = "load digits; query random 5 ;  filter ncp\nquery npc 9 sahre=2; undo 40"
      let run = try place.run(["--interactive", "--mode", "jsonl", "--keep-going"], input: text)
      #expect(run.code == 1)
      let failed = try run.records.filter { $0["status"]?.string == "error" }
      #expect(failed.count == 2)
      for record in failed {
        #expect(record.keys == ["cell", "input", "command", "status", "seconds", "error"])
        #expect(
          record["error"]?.keys == [
            "code", "message", "file", "line", "column", "length", "suggestions",
          ])
      }
      let first = try #require(failed[0]["error"])
      #expect(first["code"]?.string == "unknown-name" && first["file"] == .null)
      #expect(first["line"]?.int == 1 && first["column"]?.int == 39 && first["length"]?.int == 3)
      let second = try #require(failed[1]["error"])
      #expect(second["code"]?.string == "unknown-option")
      #expect(second["suggestions"]?.array?.compactMap(\.string) == ["share"])
    }
  }

  @Test func `a failure in a block in a sourced script names the script`() throws {
    try withWorkplace { place in
      try place.write("repeat 2 {\n  query random $count\n}\n", to: "inner.winnow")
      try place.write(
        "load blobs samples=9 test=0\nsource inner.winnow count=6\n", to: "outer.winnow")
      let run = try place.run("run", "outer.winnow", "--mode", "jsonl")
      #expect(run.code == 1)
      let records = try run.records
      #expect(records.map { $0["status"]?.string } == ["ok", "ok", "error"])
      let error = try #require(records.last?["error"])
      #expect(error["code"]?.string == "budget" && error["file"]?.string == "inner.winnow")
      #expect(error["line"]?.int == 2)
      #expect(records[1]["input"] == records[2]["input"])
    }
  }

  @Test func `unknown values are null, and keys stay`() throws {
    try withWorkplace { place in
      let run = try place.run(
        "--mode", "jsonl", "-c",
        "load blobs samples=12 test=0; query random 3; train linear; filter none; show pool")
      #expect(run.code == 0, "\(run.err)")
      #expect(!run.out.contains("nan") && !run.out.contains("inf"))
      let records = try run.records
      #expect(records[1]["result"]?["coverage"] == .null)
      #expect(records[2]["result"]?["evaluation"]?["accuracy"] == .null)
      #expect(records[3]["result"]?["threshold"] == .null)
    }
  }

  @Test func `text of every script comes through unharmed`() throws {
    try withWorkplace { place in
      let name = "Größe \u{1F33E} \"quoted\" \\ back\tслово"
      let plain = try place.run("--mode", "jsonl", "-c", "name = '\(name)'; show vars")
      #expect(plain.code == 0, "\(plain.err)")
      #expect(try plain.records[0]["result"]?["value"]?.string == name)
    }
  }
}
