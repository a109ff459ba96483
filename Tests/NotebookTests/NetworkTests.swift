import LinearAlgebra
import Networks
import Notebook
import Synchronization
import Testing

/// Networks on images, as a session trains, keeps and asks them.
@Suite(.serialized) struct NetworkTests {
  private static let load = "load digits\nnoise sym 0.2\nquery probcover 24 delta=0.6\n"

  @Test(arguments: ["resnet18", "mlp"])
  func `is kept, evaluated again, and asked by strategies`(_ name: String) throws {
    try withTrial { trial in
      let trained = try trial.ok(Self.load + "train \(name) epochs=3 batch=8")
      #expect(trained["samples"]?.int == 24)
      #expect(trained["train_loss"]?.doubles?.count == 3)
      #expect(try trial.ok("test")["evaluation"]?["loss"] == trained["evaluation"]?["loss"])
      try trial.reopen()
      #expect(try trial.ok("test")["evaluation"]?["loss"] == trained["evaluation"]?["loss"])
      for strategy in [
        "margin", "badge", "bald passes=3", "coreset", "entropy acquisition=untrained",
      ] {
        let asked = try #require(try trial.run("query \(strategy) 3").last)
        #expect(asked.failure == nil, "\(asked.failure?.text(color: false) ?? "")")
        #expect(asked.notices.isEmpty, "\(asked.notices)")
        try trial.ok("undo")
      }
    }
  }

  @Test func `the same command gives the same weights, and another seed gives others`() throws {
    try withTrial { trial in
      let command = Self.load + "train resnet18 epochs=2 batch=8"
      let first = try trial.ok(command)["train_loss"]
      #expect(try trial.ok("train resnet18 epochs=2 batch=8")["train_loss"] == first)
      #expect(try trial.ok("seed 1\n" + command)["train_loss"] != first)
    }
  }

  @Test func `finetune goes on with the weights of before`() throws {
    try withTrial { trial in
      let first = try trial.ok(Self.load + "train mlp epochs=8 batch=8 augment=none")
      let again = try trial.ok("train mlp epochs=8 batch=8 augment=none finetune=true")
      let (before, after) = try (
        #require(first["train_loss"]?.doubles?.last), #require(again["train_loss"]?.doubles?.first)
      )
      #expect(after < 1.5 * before)
      #expect(after < first["train_loss"]?.doubles?.first ?? 0)
    }
  }

  @Test func `needs images`() throws {
    try withTrial { trial in
      let report = try trial.failing("load blobs samples=30\nquery random 5\ntrain resnet18")
      #expect(report.failure?.code == .refused)
      #expect(report.failure?.text(color: false).contains("no images") == true)
    }
  }

  @Test func `a training that is cut short goes on to the same weights`() async {
    await #expect(processExitsWith: .success) {
      let command = "train resnet18 epochs=6 batch=8"
      let whole = try withTrial { trial in try trial.ok(Self.load + command) }
      try withTrial { trial in
        try trial.ok(Self.load)
        let stopping = ProgressMeter { work, _, _ in
          if work.hasPrefix("training: epoch 5") { Interrupt.request() }
        }
        let report = try ProgressMeter.$current.withValue(stopping) { try trial.failing(command) }
        Interrupt.clear()
        #expect(report.status == .interrupted)
        try trial.reopen()
        let first = Mutex<String?>(nil)
        let watching = ProgressMeter { work, _, _ in
          if work.hasPrefix("training: epoch") { first.withLock { $0 = $0 ?? work } }
        }
        let reports = try ProgressMeter.$current.withValue(watching) { try trial.run("resume") }
        let resumed = try #require(reports.last?.output?.json)
        #expect(resumed["train_loss"] == whole["train_loss"])
        #expect(resumed["evaluation"] == whole["evaluation"])
        // Not from the beginning: at least one of the four finished epochs was on the disk.
        #expect(first.withLock { $0?.hasPrefix("training: epoch 1 ") } == false)
      }
    }
  }
}
