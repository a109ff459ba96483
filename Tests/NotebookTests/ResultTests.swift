import Foundation
import Notebook
import Testing

/// The records of commands, key by key, as programs read them.
@Suite struct ResultTests {
  private static let before = "load digits\nnoise sym 0.5\nquery npc 20\ntrain linear epochs=2\n"
  private static let judged = [
    "noise_accuracy", "clean_precision", "clean_recall", "clean_f1", "noise_precision",
    "noise_recall", "noise_f1", "keep_all_f1", "predicted_noise", "true_noise",
  ]

  struct Case: Sendable, CustomTestStringConvertible {
    let command: String
    let keys: [String]
    var evaluation: [String]?
    var testDescription: String { command }
  }

  static let cases = [
    Case(
      command: "load digits", keys: ["dataset", "train", "test", "classes", "features", "digest"]),
    Case(
      command: "load blobs", keys: ["dataset", "train", "test", "classes", "features", "digest"]),
    Case(
      command: "noise sym 0.2", keys: ["model", "requested_rate", "digest", "evaluation"],
      evaluation: ["realised_rate", "per_class", "matrix"]),
    Case(
      command: "noise none", keys: ["model", "requested_rate", "digest", "evaluation"],
      evaluation: ["realised_rate", "per_class", "matrix"]),
    query("query npc 15"), query("query random 15"), query("query probcover 3 delta=0.5"),
    query("query npc 2 filter=ideal"),
    filter("filter aum"), filter("filter none"), filter("filter ideal"),
    filter("reset; filter aum"),
    train("train linear epochs=3"), train("train 1nn on=all"),
    Case(
      command: "test", keys: ["model", "evaluation"],
      evaluation: ["accuracy", "loss", "per_class", "confusion"]),
    Case(
      command: "train 1nn; test per=class", keys: ["model", "evaluation"],
      evaluation: ["accuracy", "loss", "per_class", "confusion"]),
    Case(command: "x = 3", keys: ["name", "value"]),
    Case(command: "seed 3", keys: ["seed"]),
    Case(
      command: "assert n_labeled == 20", keys: ["metric", "op", "value", "actual", "passed"]),
    Case(command: "undo", keys: ["head", "branch"]),
    Case(command: "undo; redo", keys: ["head", "branch"]),
    table("show pool"), table("show labeled"), table("show rounds"), table("show filter"),
    table("show cells"), table("show vars"), table("history"), table("sql 'SELECT 1 AS one'"),
  ]

  private static func query(_ command: String) -> Case {
    Case(
      command: command,
      keys: [
        "round", "strategy", "budget", "selected", "labels", "scores", "shares", "filter",
        "filter_options", "delta", "exhausted", "verdicts", "coverage", "presumed_coverage",
        "evaluation",
      ], evaluation: ["clean_coverage", "true_noise"])
  }

  private static func filter(_ command: String) -> Case {
    Case(
      command: command,
      keys: ["method", "labeled", "clean", "quality", "scores", "threshold", "evaluation"],
      evaluation: judged)
  }

  private static func train(_ command: String) -> Case {
    Case(
      command: command,
      keys: [
        "model", "on", "samples", "clean", "suspected", "unjudged", "epochs", "batch",
        "train_loss", "evaluation",
      ], evaluation: ["accuracy", "loss"])
  }

  private static func table(_ command: String) -> Case {
    Case(command: command, keys: ["columns", "rows"])
  }

  @Test(arguments: cases)
  func `keys are those of the contract, in its order, always there`(_ test: Case) throws {
    try withTrial { trial in
      try trial.ok(Self.before)
      let report = try #require(try trial.run(test.command).last)
      #expect(report.json.keys == ["cell", "input", "command", "status", "seconds", "result"])
      let result = try #require(report.output?.json)
      #expect(result.keys == test.keys)
      #expect(result["evaluation"]?.keys == test.evaluation)
    }
  }

  @Test(arguments: cases)
  func `the text of a report is JSON that others read as the same values`(_ test: Case) throws {
    try withTrial { trial in
      try trial.ok(Self.before)
      let report = try #require(try trial.run(test.command).last)
      let text = report.json.text
      #expect(!text.contains("\n"))
      let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
      #expect(ResultTests.isSame(report.json, parsed))
    }
  }

  private static func isSame(_ json: JSON, _ parsed: Any) -> Bool {
    switch json {
    case .null: parsed is NSNull
    case .bool(let value): parsed as? Bool == value
    case .int(let value): parsed as? Int == value
    case .double(let value):
      // Foundation reads long decimals to within the last bit only.
      (parsed as? NSNumber).map { abs($0.doubleValue - value) <= 1e-15 * abs(value) }
        ?? (!value.isFinite && parsed is NSNull)
    case .string(let value): parsed as? String == value
    case .array(let values):
      (parsed as? [Any]).map { $0.count == values.count && zip(values, $0).allSatisfy(isSame) }
        ?? false
    case .object(let members):
      (parsed as? [String: Any]).map { object in
        object.count == members.count
          && members.allSatisfy { member in
            object[member.key].map { isSame(member.value, $0) } ?? false
          }
      } ?? false
    }
  }

  @Test func `a failed command has an error with all its keys, and no result`() throws {
    try withTrial { trial in
      for script in [
        "query npc 5", "sede 4", "seed -1", "load digits\ntest", "repeat x { seed 1 }",
      ] {
        let json = try trial.failing(script).json
        #expect(json.keys == ["cell", "input", "command", "status", "seconds", "error"])
        #expect(
          json["error"]?.keys == [
            "code", "message", "file", "line", "column", "length", "suggestions",
          ])
      }
    }
  }

  @Test func `what is unknown is null`() throws {
    try withTrial { trial in
      try trial.ok("load blobs test=0")
      let bought = try trial.ok("query random 3")
      #expect(bought["scores"] == .array([.null, .null, .null]))
      for key in ["filter", "filter_options", "delta", "coverage", "presumed_coverage"] {
        #expect(bought[key] == .null)
      }
      #expect(bought["verdicts"] == .array([]))
      #expect(bought["evaluation"]?["clean_coverage"] == .null)
      let trained = try trial.ok("train 1nn")
      for key in ["epochs", "batch"] { #expect(trained[key] == .null) }
      #expect(trained["evaluation"]?["accuracy"] == .null)
      #expect(trained["evaluation"]?["loss"] == .null)
      #expect(try trial.ok("filter none")["threshold"] == .null)
    }
  }

  @Test func `a query's record says what was bought, share by share`() throws {
    try withTrial { trial in
      let result = try trial.ok("load digits\nnoise sym 0.5\nquery npc 27 share=10 filter=ideal")
      #expect(result["round"]?.int == 1)
      #expect(result["strategy"]?.string == "npc")
      #expect(result["budget"]?.int == 27)
      #expect(result["shares"]?.ints == [17, 10])
      let verdicts = try #require(result["verdicts"]?.array)
      #expect(verdicts.compactMap { $0["labeled"]?.int } == [17, 27])
      #expect(verdicts.allSatisfy { $0.keys == ["labeled", "suspected"] })
      let selected = try #require(result["selected"]?.ints)
      let last = try #require(verdicts.last?["suspected"]?.ints)
      #expect(Set(last).isSubset(of: selected))
      let noise = try #require(result["evaluation"]?["true_noise"]?.double)
      #expect(abs(noise - Double(last.count) / 27) < 1e-12)
      let shares = ["coverage", "presumed_coverage"].compactMap { result[$0]?.double }
      let clean = try #require(result["evaluation"]?["clean_coverage"]?.double)
      #expect(shares.count == 2)
      #expect(shares[0] >= shares[1])
      #expect(shares[1] == clean, "with the ideal filter what is presumed is true")
    }
  }

  @Test func `shares that the filter did not judge have an entry, too`() throws {
    try withTrial { trial in
      let result = try trial.ok("load digits\nnoise sym 0.5\nquery npc 16 share=4")
      let verdicts = try #require(result["verdicts"]?.array)
      #expect(verdicts.compactMap { $0["labeled"]?.int } == [4, 8, 12, 16])
      // Below one label for each class every label counts as clean.
      #expect(verdicts.prefix(2).allSatisfy { $0["suspected"]?.ints == [] })
      let judged = try trial.ok("show filter")
      let suspected = zip(judged.column("sample"), judged.column("clean")).filter {
        $0.1.bool == false
      }
      #expect(verdicts.last?["suspected"]?.ints == suspected.compactMap(\.0.int))
      // Earlier verdicts stand where a later share is not judged.
      let more = try trial.ok("reset\nquery npc 9 share=3 filter=none")
      #expect(more["verdicts"]?.array?.count == more["shares"]?.ints?.count)
    }
  }

  @Test func `truth stands under evaluation and nowhere else`() throws {
    func results(labels: (Int) -> Int) throws -> [JSON] {
      try withTrial { trial in
        try ExampleFiles.writeClusters(in: trial.folder, labels: labels)
        let reports = try trial.run(
          """
          load arrays features='\(trial.path("f.npy"))' labels='\(trial.path("t.npy"))'
          noise file '\(trial.path("o.npy"))'
          query npc 12 delta=0.5
          filter aum
          train linear epochs=3
          """)
        return reports.dropFirst(2).map { report in
          guard case .object(let members) = report.output?.json else { return .null }
          return .object(members.filter { $0.key != "evaluation" })
        }
      }
    }
    let right = try results { $0 % 3 }
    #expect(right.count == 3)
    #expect(try results { ($0 + 1) % 3 } == right)
  }
}
