import Datasets
import Foundation
import LinearAlgebra
import Notebook
import Synchronization
import Testing

/// Opening a workspace again: the state is there, and nothing is computed for it.
@Suite struct RestorationTests {
  private static let scripts = [
    "seed 5",
    "b = 3; m = npc(delta=0.5); load digits features=pca:10 normalization=max scale=unit",
    "load digits\nnoise sym 0.5\nfilter ideal\nquery npc 20\ntrain linear epochs=20",
    "load digits\nnoise sym 0.5\nquery probcover 30\nfilter aum repeats=2\ntrain 1nn\nundo",
    "load digits\nnoise sym 0.2\nquery npc 12\ntrain linear epochs=5\nseed 9\nquery random 4",
    "load digits\nfor s in 1..2 { seed $s; for q in random npc { reset; query $q 15 } }",
    "load blobs test=50\nnoise sym 0.3\nfor s in 1..2 { seed $s; query random 5; filter none }",
    "load digits\nquery random 5\nnoise sym 0.9\nquery random 6\nreset\nquery random 7\ntrain 1nn",
    "load digits\nquery random 20\ntrain linear epochs=3\nundo 2\nredo",
    "load digits\nquery random 5\nload blobs samples=30\nquery random 3\nundo 2",
  ]

  @Test(arguments: scripts)
  func `the state after opening again is the state before`(_ script: String) throws {
    try withTrial(seed: 2) { trial in
      try trial.ok(script)
      let before = try trial.state()
      try trial.reopen()
      #expect(try trial.state() == before)
      try trial.reopen()
      #expect(try trial.state() == before)
    }
  }

  @Test(arguments: [
    "query npc 15", "query npc 15 filter=aum(epochs=10)", "query random 9", "filter aum",
    "train linear epochs=10", "train 1nn", "test per=class", "noise sym 0.4", "seed 3", "reset",
    "undo", "assert n_labeled == 25", "show rounds columns=round,clean_coverage",
  ])
  func `what is run next gives the same as without the break`(_ command: String) throws {
    let beginning =
      "load digits\nnoise sym 0.5\nfilter ideal\nquery npc 25\ntrain linear epochs=20"
    let results = try [false, true].map { breaks in
      try withTrial { trial in
        try trial.ok(beginning)
        if breaks { try trial.reopen() }
        return [
          try trial.ok(command),
          .object(
            try trial.state().sorted { $0.key < $1.key }.map {
              .init($0.key, .string($0.value))
            }),
        ]
      }
    }
    #expect(results[0] == results[1])
  }

  @Test func `redo still knows the way after opening again`() throws {
    try withTrial { trial in
      try trial.ok("seed 1\nseed 2\nundo 2")
      try trial.reopen()
      try trial.ok("redo")
      #expect(try trial.ok("redo")["head"]?.int == 2)
    }
  }

  /// What reports its progress computes: opening must not, and a principal component analysis is
  /// read back rather than done again.
  @Test func `opening computes nothing, and the embedding is read back`() throws {
    let works = Mutex<Set<String>>([])
    let meter = ProgressMeter { work, _, _ in _ = works.withLock { $0.insert(work) } }
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery npc 20\ntrain linear epochs=5")
      try ProgressMeter.$current.withValue(meter) {
        try trial.reopen()
        try trial.ok("show pool; show rounds; show filter; show vars; show cells; history")
        #expect(works.withLock { $0 }.isEmpty)
        try trial.ok("query npc 10; train linear epochs=5; test")
      }
      #expect(works.withLock { $0 }.contains("coverage graph"))
      #expect(works.withLock { $0 }.contains("epochs"))
      #expect(!works.withLock { $0 }.contains("principal components"))
    }
  }

  @Test func `files are read when they are needed, and have to be what they were`() throws {
    try withTrial { trial in
      try trial.ok(
        try ExampleFiles.placed(
          "load arrays features=features.npy labels=labels.npy\nquery random 3",
          in: trial.folder))
      let before = try trial.state()
      let labels = URL(filePath: trial.path("labels.npy"))
      let aside = URL(filePath: trial.path("aside.npy"))
      try FileManager.default.moveItem(at: labels, to: aside)
      try trial.reopen()
      try trial.ok("show pool; show rounds; history")
      #expect(try trial.failing("query random 1").failure?.code == .fileMissing)
      try NumpyWriter.write([0, 0, 1, 1, 1, 1], shape: [6], to: trial.path("labels.npy"))
      let changed = try trial.failing("query random 1")
      #expect(changed.failure?.code == .fileFormat)
      #expect(changed.failure?.text(color: false).contains("have changed") == true)
      try FileManager.default.removeItem(at: labels)
      try FileManager.default.moveItem(at: aside, to: labels)
      #expect(try trial.state() == before)
      #expect(try trial.ok("query random 3")["selected"]?.ints?.count == 3)
    }
  }

  @Test func `a session says what was restored`() throws {
    try withTrial { trial in
      #expect(trial.session.restored == nil)
      try trial.ok("seed 4\nload digits\nquery random 12")
      try trial.reopen()
      let said = try #require(trial.session.restored)
      for part in ["cell 3", "seed 4", "digits", "12 labels", "round 1"] {
        #expect(said.contains(part), "\(said)")
      }
    }
  }

  @Test func `two sessions of one workspace know nothing of each other`() throws {
    try withTrial { first in
      try first.ok("load digits\nnoise sym 0.5\nx = 1\nquery random 10")
      let second = try Trial(in: first.folder, seed: 1)
      defer { try? second.close() }
      #expect(try second.ok("show vars").rows.isEmpty)
      #expect(try second.failing("query random 5").failure?.code == .needsData)
      try second.ok("load digits\nquery random 3")
      #expect(try first.ok("show labeled").rows.count == 10)
      let sessions = try first.ok("sql 'SELECT session, seed FROM sessions ORDER BY session'")
      #expect(sessions.rows == [[.int(1), .int(0)], [.int(2), .int(1)]])
    }
  }
}
