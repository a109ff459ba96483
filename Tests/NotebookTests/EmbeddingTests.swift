import CommandLanguage
import LinearAlgebra
import Networks
import Notebook
import Synchronization
import Testing

/// Embeddings that are learned in a session, and what commands would cost.
@Suite(.serialized) struct EmbeddingTests {
  private static let load = "load digits subset=60\n"
  private static let pretrain = "pretrain simclr epochs=2 batch=20"

  private func source(_ trial: Trial) throws -> String? {
    let rows = try trial.ok("show pool")["rows"]?.array ?? []
    return rows.compactMap(\.array).first { $0.first?.string == "features" }?.last?.string
  }

  @Test func `pretraining gives the session an embedding that is still there when it is opened`()
    throws
  {
    try withTrial { trial in
      let learned = try trial.ok(Self.load + Self.pretrain)
      #expect(learned["train_loss"]?.doubles?.count == 2)
      #expect(learned["features"]?["dimensions"]?.int == 512)
      #expect(try source(trial) == "simclr")
      let picks = try trial.ok("query probcover 6 delta=0.3")["selected"]
      try trial.ok("undo")
      try trial.reopen()
      #expect(try source(trial) == "simclr")
      #expect(try trial.ok("query probcover 6 delta=0.3")["selected"] == picks)
      try trial.ok("undo 2")
      #expect(try source(trial) == "pca:32")
    }
  }

  @Test func `pretraining does not look at labels, and depends on the seed`() throws {
    try withTrial { trial in
      let learned = try trial.ok(Self.load + Self.pretrain)
      let noisy = try trial.ok(Self.load + "noise sym 0.5\nquery random 20\n" + Self.pretrain)
      #expect(noisy["train_loss"] == learned["train_loss"])
      #expect(try trial.ok("seed 1\n" + Self.pretrain)["train_loss"] != learned["train_loss"])
    }
  }

  @Test func `an embedding that labels had a part in goes with them`() throws {
    try withTrial { trial in
      try trial.ok(Self.load + "query random 20\ntrain mlp epochs=1")
      let embedded = try trial.ok("embed mlp")
      #expect(embedded["features"]?["source"]?.string == "mlp")
      #expect(embedded["samples"]?.int == 60)
      #expect(try source(trial) == "mlp")
      // The network is as it was, and the labels are still there.
      try trial.ok("test\nquery coreset 3\ntrain 1nn")
      try trial.ok("reset")
      #expect(try source(trial) == "pca:32")
    }
  }

  @Test func `pretraining stays when labels go`() throws {
    try withTrial { trial in
      try trial.ok(Self.load + Self.pretrain + "\nquery random 20\ntrain mlp epochs=1\nembed mlp")
      try trial.ok("seed 3")
      #expect(try source(trial) == "simclr")
    }
  }

  @Test func `a model of the old embedding is gone`() throws {
    try withTrial { trial in
      try trial.ok(Self.load + "query random 20\ntrain linear\n" + Self.pretrain)
      #expect(try trial.failing("test").failure?.code == .needsModel)
    }
  }

  @Test(arguments: [
    ("embed mlp", Diagnostic.Code.needsModel),
    ("query random 9\ntrain linear\nembed mlp", .needsModel),
    ("embed linear", .unknownName), ("pretrain simclr mean=0.5", .missingArgument),
    ("pretrain simclr mean=0.5,0.5,0.5 std=0.2,0.2,0.2", .range),
    ("pretrain simsiam", .unknownName),
    ("pretrain simclr lr=1e30 epochs=1 batch=20", .refused), ("plan", .missingArgument),
    ("plan pretrain simclr epochs=0", .range), ("plan fly", .unknownName),
  ])
  func `what cannot be is refused`(_ line: String, _ code: Diagnostic.Code) throws {
    try withTrial { trial in
      let report = try trial.failing(Self.load + line)
      #expect(report.failure?.code == code)
      #expect(try source(trial) == "pca:32")
    }
  }

  @Test func `images are needed`() throws {
    try withTrial { trial in
      let report = try trial.failing("load blobs samples=30\npretrain simclr")
      #expect(report.failure?.code == .refused)
      let planned = try trial.ok("plan pretrain simclr")
      #expect(planned["refused"]?["code"]?.string == "refused")
      #expect(planned["seconds"] == .null)
    }
  }

  @Test func `a plan tells time and memory, and changes nothing`() throws {
    try withTrial { trial in
      let short = try trial.ok(Self.load + "plan pretrain simclr epochs=10 batch=20")
      #expect(short["refused"] == .null)
      #expect(try #require(short["seconds"]?.double) > 0)
      #expect(try #require(short["memory"]?.int) > 1 << 20)
      let long = try trial.ok("plan pretrain simclr epochs=1000 batch=20")
      let (brief, whole) = try (
        #require(short["seconds"]?.double), #require(long["seconds"]?.double)
      )
      #expect(whole > 5 * brief)
      #expect(try source(trial) == "pca:32")
      #expect(try trial.ok("plan train mlp")["refused"]?["code"]?.string == "needs-labels")
      let training = try trial.ok("query random 20\nplan train mlp epochs=50")
      #expect(try #require(training["seconds"]?.double) > 0)
      #expect(training["command"]?.string?.contains("batch=64") == true)
      #expect(try trial.ok("plan train 1nn")["seconds"] == .null)
    }
  }

  @Test func `pretraining that is cut short goes on to the same embedding`() async {
    await #expect(processExitsWith: .success) {
      let command = "pretrain simclr epochs=5 batch=20"
      let query = "query probcover 6 delta=0.3"
      let (whole, picks) = try withTrial { trial in
        (try trial.ok(Self.load + command), try trial.ok(query)["selected"])
      }
      try withTrial { trial in
        try trial.ok(Self.load)
        let stopping = ProgressMeter { work, _, _ in
          if work.hasPrefix("training: epoch 4") { Interrupt.request() }
        }
        let report = try ProgressMeter.$current.withValue(stopping) { try trial.failing(command) }
        Interrupt.clear()
        #expect(report.status == .interrupted)
        try trial.reopen()
        let first = Mutex<String?>(nil)
        let watching = ProgressMeter { work, _, _ in
          if work.hasPrefix("training") { first.withLock { $0 = $0 ?? work } }
        }
        let reports = try ProgressMeter.$current.withValue(watching) { try trial.run("resume") }
        let resumed = try #require(reports.last?.output?.json)
        #expect(resumed["train_loss"] == whole["train_loss"])
        #expect(resumed["nearest"] == whole["nearest"])
        #expect(first.withLock { $0?.hasPrefix("training: epoch 1 ") } == false)
        #expect(try trial.ok(query)["selected"] == picks)
      }
    }
  }
}
