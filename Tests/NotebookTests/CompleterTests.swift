import CommandLanguage
import Foundation
import Notebook
import Testing

/// What may stand at the cursor.
@Suite struct CompleterTests {
  /// The candidates at the end of `line`, and what they replace.
  private func answer(_ line: String, in trial: Trial) -> (names: [String], replaced: String) {
    let answer = Completer(trial.session).complete(line, line.utf8.count)
    let source = SourceText(text: line)
    return (answer.candidates, String(source.slice(answer.replace)))
  }

  private func names(_ line: String) throws -> [String] {
    try withTrial { answer(line, in: $0).names }
  }

  @Test func `verbs at the beginning of a statement, wherever that is`() throws {
    let verbs = Vocabulary.entries(.command).map(\.name)
    for line in ["", "seed 1; ", "repeat 3 { ", "# a remark\n"] {
      let offered = try names(line)
      #expect(offered == verbs + ["repeat", "for"], "\(line)")
    }
    #expect(try names("qu") == ["query", "quit"])
    #expect(try names("seed 1; lo") == ["load"])
    #expect(try names("re") == ["reset", "redo", "resume", "replay", "repeat"])
    #expect(try names("xyz").isEmpty)
  }

  @Test(arguments: [
    ("query ", EntryKind.strategy), ("filter ", .filter), ("noise ", .noise), ("load ", .dataset),
    ("train ", .model), ("pretrain ", .pretraining), ("set ", .setting),
  ])
  func `names of the kind that a verb takes`(_ line: String, _ kind: EntryKind) throws {
    let all = Vocabulary.entries(kind).map(\.name)
    #expect(try names(line) == all)
    for name in all {
      #expect(try names(line + name.prefix(1)).contains(name))
      #expect(try names(line + name.prefix(1).uppercased()).contains(name))
    }
  }

  @Test func `options of verb and method that are not given yet`() throws {
    let all = try names("query npc 20 ")
    let radius = ["schedule=", "softening=", "consider_noise=", "alpha=", "support=", "ties="]
    #expect(
      all == ["delta="] + radius
        + ["share=", "remainder=", "noise_dropout=", "spc=", "filter="])
    #expect(
      try names("query npc 20 delta=0.5 share=4 ")
        == radius + ["remainder=", "noise_dropout=", "spc=", "filter="])
    #expect(try names("query npc 20 sh") == ["share="])
    #expect(try names("query random 5 ") == ["spc="])
    #expect(try names("train 1nn ") == ["on="])
    #expect(try names("plan train 1nn ") == ["on="])
    #expect(try names("seed 1; plan pretrain ") == ["simclr"])
    #expect(try names("plan tr") == ["train"])
    #expect(try names("train linear epochs=3 w") == ["weight_decay="])
    #expect(
      try names("query npc(ties=lowest, ")
        == ["delta="] + radius.dropLast() + ["share=", "remainder=", "noise_dropout="])
  }

  @Test func `an option given by its alias is given`() throws {
    let offered = try names("query npc 20 b=4 ")
    #expect(!offered.contains("share="))
  }

  @Test func `values of an option`() throws {
    let ties = try names("query npc 20 ties=")
    #expect(ties == ["random", "lowest"])
    #expect(try names("query npc 20 ties=lo") == ["lowest"])
    #expect(try names("query npc(ties=") == ["random", "lowest"])
    #expect(try names("query npc 20 filter=") == Vocabulary.entries(.filter).map(\.name))
    #expect(try names("set timing ") == ["true", "false"])
    #expect(try names("load digits metric=c") == ["cosine"])
    #expect(try names("show r").first == "rounds")
    #expect(try names("assert acc") == ["accuracy"])
    #expect(try names("query npc 20 delta=") == ["auto"])
  }

  @Test func `members of a panel, and their options`() throws {
    let all = Vocabulary.entries(.noise).map(\.name)
    for line in ["noise panel [", "noise panel [sym(rate=0.3), ", "noise panel ["] {
      #expect(try names(line) == all, "\(line)")
    }
    #expect(try names("noise panel [sym(rate=0.3), ex") == ["expert"])
    #expect(try names("noise panel [expert(") == ["classes="])
    #expect(try names("noise panel [fatigued(start=0, ") == ["end=", "purchases="])
    #expect(try names("noise panel sym(rate=0.1),bi") == ["biased"])
  }

  @Test func `features are a way to make them, or a file`() throws {
    let offered = try names("load digits features=p")
    #expect(offered.prefix(2) == ["pca:", "pixels"])
  }

  @Test func `variables in force, behind a dollar sign and in strings`() throws {
    try withTrial { trial in
      try trial.ok("budget = 10; bands = 2; seeds = 3")
      for line in ["query random $b", "x = $b", "sql \"SELECT $b", "for q in $b", "seed $b"] {
        let (names, replaced) = answer(line, in: trial)
        #expect(names == ["bands", "budget"], "\(line)")
        #expect(replaced == "b")
      }
      #expect(answer("sql 'SELECT $b", in: trial).names.isEmpty)
      #expect(answer("seed $", in: trial).names == ["bands", "budget", "seeds"])
    }
  }

  @Test func `a method in a variable brings its options`() throws {
    try withTrial { trial in
      try trial.ok("q = npc")
      #expect(answer("query $q 20 de", in: trial).names == ["delta="])
    }
  }

  @Test func `files, in folders too`() throws {
    try withTrial { trial in
      let folder = trial.folder.appending(component: "data")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for name in ["labels.npy", "lists.txt", "other.npy", ".hidden"] {
        try Data().write(to: folder.appending(component: name))
      }
      let path = folder.path(percentEncoded: false)
      let parent = String(path.dropLast(path.hasSuffix("/") ? 5 : 4))
      for line in ["noise file ", "load arrays labels=", "source ", "save "] {
        #expect(
          answer(line + parent + "data/l", in: trial).names
            == [parent + "data/labels.npy", parent + "data/lists.txt"], "\(line)")
      }
      #expect(answer("source \(parent)da", in: trial).names == [parent + "data/"])
      #expect(answer("source \(parent)data/", in: trial).names.count == 3)
      #expect(answer("source \(parent)data/.h", in: trial).names == [parent + "data/.hidden"])
      #expect(answer("source \(parent)nowhere/", in: trial).names.isEmpty)
    }
  }

  @Test func `names that help knows`() throws {
    let offered = try names("help np")
    #expect(offered == ["npc"])
    #expect(try names("help no").contains("noise"))
    #expect(try names("help sched") == ["schedule"])
    #expect(try Set(names("help ")).count == names("help ").count)
  }

  @Test func `candidates say in one line what they are`() throws {
    try withTrial { trial in
      try trial.ok("budget = 10; seeds = 3")
      for line in ["", "query ", "query npc 20 ", "query npc(", "help ", "help error ", "seed $"] {
        let described = Completer(trial.session).complete(line, line.utf8.count).described
        #expect(!described.isEmpty, "\(line)")
        for candidate in described {
          #expect(!candidate.summary.isEmpty, "\(line)\(candidate.name)")
          #expect(!candidate.summary.contains("\n"), "\(line)\(candidate.name)")
        }
      }
      let budget = Completer(trial.session).complete("seed $b", 7).described
      #expect(budget.map(\.summary) == ["10"])
    }
  }

  @Test func `nothing in comments, new names and numbers`() throws {
    for line in ["# qu", "query npc 20 # sh", "for ", "repeat 3 "] {
      let offered = try names(line)
      #expect(offered.isEmpty, "\(line)")
    }
    #expect(try names("for x ") == ["in"])
  }

  @Test func `any prefix of any example is completed without a trap`() throws {
    try withTrial { trial in
      let completer = Completer(trial.session)
      for example in Vocabulary.all.flatMap(\.examples) {
        for cursor in -1...example.utf8.count + 1 {
          let replaced = completer.complete(example, cursor).replace
          #expect(replaced.upper <= example.utf8.count)
        }
      }
    }
  }
}
