import CommandLanguage
import Datasets
import Foundation
import LinearAlgebra
import Notebook
import TestSupport
import Testing

/// Files that are other ones than they were, missing, or wrong; and runs taken over in part.
@Suite struct ChangedFilesTests {
  private static func path(_ name: String) -> String {
    Fixtures.url("oracles/" + name).path(percentEncoded: false)
  }

  /// Features of the 200 training samples of the small CIFAR-10; of other ones by another `shift`.
  private func write(_ name: String, shift: Int = 0, in trial: Trial) throws {
    let values = (0..<200 * 6).map { Float(($0 * $0 + shift) % 97) - 48 }
    try NumpyWriter.write(values, shape: [200, 6], to: trial.path(name))
  }

  private func load(_ trial: Trial) -> String {
    "load cifar10 path=\(Self.path("cifar-10-batches-py")) features=\(trial.path("f.npy"))"
  }

  @Test func `a session opened again refuses features that have changed, and stays usable`() throws
  {
    try withTrial { trial in
      try write("f.npy", in: trial)
      try trial.ok("\(load(trial))\nquery probcover 5 delta=0.5")
      let state = try trial.state()
      try write("f.npy", shift: 5, in: trial)
      try trial.reopen()
      let failure = try #require(try trial.failing("query probcover 5 delta=0.5").failure)
      #expect(failure.code == .fileFormat)
      #expect(failure.text(color: false).contains("features of cifar10 have changed"))
      try trial.ok("load digits\nquery random 3\nundo 2")
      try write("f.npy", in: trial)
      try trial.reopen()
      #expect(try trial.state() == state)
      try trial.ok("query probcover 5 delta=0.5")
    }
  }

  @Test func `loading again takes the features as they are now`() throws {
    let picks = { (trial: Trial) in
      try trial.ok("\(load(trial))\nquery probcover 8 delta=0.5")["selected"]
    }
    try withTrial { trial in
      try write("f.npy", in: trial)
      let first = try picks(trial)
      try write("f.npy", shift: 5, in: trial)
      let second = try picks(trial)
      #expect(first != second)
      try trial.reopen()
      #expect(try picks(trial) == second)
    }
  }

  @Test func `a replay says first that the features differ`() throws {
    try withTrial { trial in
      try write("f.npy", in: trial)
      try trial.ok("\(load(trial))\nsave \(trial.path("s.winnow"))")
      let replay = try Replay(try ScriptFile.read(trial.path("s.winnow")))
      try write("f.npy", shift: 5, in: trial)
      let fresh = try Trial(in: trial.folder, name: "r.sqlite")
      defer { try? fresh.close() }
      _ = try replay.run(in: fresh.session, report: { _ in }, verified: nil)
      let said = try replay.differences(in: fresh.session)
      #expect(said.first?.hasPrefix("your features differ") == true, "\(said)")
    }
  }

  @Test func `an error of a file points at the option that names it`() throws {
    try withTrial { trial in
      try write("f.npy", in: trial)
      try NumpyWriter.write([1, 2, 1], shape: [3], to: trial.path("twice.npy"))
      for option in [
        "features=\(trial.path("twice.npy"))", "subset=\(trial.path("twice.npy"))",
        "labels=\(trial.path("f.npy"))", "path=\(trial.path(""))",
      ] {
        let command = "load stl10 metric=l2 \(option)"
        let error = try #require(try trial.failing(command).json["error"])
        let column = command.prefix { $0 != "/" }.count + 1
        #expect(error["column"]?.int == column, "\(command): \(error.text)")
      }
    }
  }

  @Test(arguments: [
    ("subset=1.5", Diagnostic.Code.type), ("subset=0", .range), ("subset=no.npy", .fileMissing),
    ("rounds=2", .missingArgument), ("test_labels=f.npy", .fileMissing),
  ])
  func `an option that cannot be is an error of its own kind`(
    _ option: String, _ code: Diagnostic.Code
  ) throws {
    try withTrial { trial in
      let failure = try #require(try trial.failing("load mnist \(option)").failure)
      #expect(failure.code == code)
    }
  }

  @Test func `test features need a file of training features`() throws {
    try withTrial { trial in
      try write("f.npy", in: trial)
      for features in ["", " features=pca:5", " features=pixels"] {
        let command = "load mnist\(features) test_features=\(trial.path("f.npy"))"
        #expect(try trial.failing(command).failure?.code == .missingArgument)
      }
    }
  }

  @Test func `nothing is downloaded for a features file that cannot be read`() throws {
    try withTrial { trial in
      // Nothing can be downloaded in a trial, which would be another error.
      let command = "load cifar10 features=\(trial.folder.path()) download=true"
      let failure = try #require(try trial.failing(command).failure)
      #expect(failure.code == .fileMissing)
    }
  }

  @Test func `only so many rounds of a run are taken over`() throws {
    try withTrial { trial in
      let load = "load mnist path=\(Self.path("digits-idx")) labeled=\(Self.path("reference-run"))"
      for (rounds, labels) in [(0, 0), (1, 23), (2, 43), (9, 43)] {
        try trial.run("\(load) rounds=\(rounds)")
        #expect(try trial.ok("show labeled").rows.count == labels)
      }
    }
  }

  @Test func `a run without labels says whose take their place, one with wrong ones is refused`()
    throws
  {
    try withTrial { trial in
      let load = "load mnist path=\(Self.path("digits-idx")) labeled=\(trial.path("run"))"
      try FileManager.default.copyItem(
        atPath: Self.path("reference-run"), toPath: trial.path("run"))
      try FileManager.default.removeItem(atPath: trial.path("run/noisy_labels.npy"))
      let notices = try trial.run(load).first?.notices
      #expect(notices?.contains { $0.hasSuffix("the true ones take their place") } == true)
      try NumpyWriter.write(
        [Int](repeating: 77, count: 1297), shape: [1297], to: trial.path("run/noisy_labels.npy"))
      let failure = try #require(try trial.failing(load).failure)
      #expect(failure.code == .fileFormat)
      #expect(failure.text(color: false).contains("'\(trial.path("run"))': expected labels from 0"))
    }
  }

  @Test func `a saved script names no file that was only found, and no round of a run`() throws {
    try withTrial { trial in
      let embedding = "cifar-10_simclr/pretext/features_seed1.npy"
      try FileManager.default.createDirectory(
        at: trial.folder.appending(components: "cifar-10_simclr", "pretext"),
        withIntermediateDirectories: true)
      try write(embedding, in: trial)
      try FileManager.default.copyItem(
        atPath: Self.path("cifar-10-batches-py"), toPath: trial.path("cifar-10-batches-py"))
      let loaded = try trial.ok("load cifar10 path=\(trial.path("cifar-10-batches-py"))")
      #expect(loaded["features"]?["dimensions"]?.int == 6)
      try trial.run(
        "load mnist path=\(Self.path("digits-idx")) labeled=\(Self.path("reference-run"))")
      try trial.ok("save \(trial.path("s.winnow"))")
      let saved = try ScriptFile.read(trial.path("s.winnow")).text
      let records = saved.split(separator: "\n").filter { $0.contains("defaults=") }
      #expect(records.count == 2)
      #expect(records.allSatisfy { !$0.contains("/") && !$0.contains("round") }, "\(records)")
      #expect(records.allSatisfy { $0.contains("metric=l2") })
    }
  }

  @Test func `a run taken over in part is saved as that part`() async {
    await #expect(processExitsWith: .success) {
      try withTrial { trial in
        let load =
          "load mnist path=\(Self.path("digits-idx")) labeled=\(Self.path("reference-run"))"
        let reports = try trial.run(load) { if $0.cell == 2 { Interrupt.request() } }
        Interrupt.clear()
        #expect(reports.count == 2)
        #expect(trial.flow == .interrupted)
        let labeled = try trial.ok("show labeled")
        #expect(labeled.rows.count == 23)
        try trial.ok("save \(trial.path("s.winnow"))")
        let replay = try Replay(try ScriptFile.read(trial.path("s.winnow")))
        let fresh = try Trial(in: trial.folder, name: "r.sqlite")
        defer { try? fresh.close() }
        var outcomes: [Verification.Outcome] = []
        _ = try replay.run(
          in: fresh.session, report: { _ in }, verified: { outcomes.append($0.outcome) })
        #expect(outcomes.allSatisfy { $0 == .ok } && !outcomes.isEmpty)
        #expect(try fresh.ok("show labeled") == labeled)
      }
    }
  }
}
