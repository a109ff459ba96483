import Datasets
import Foundation
import Notebook
import TestSupport
import Testing

/// `load` with everything that it takes, on data sets in their original layouts.
@Suite struct LoadTests {
  private static let oracles = Fixtures.url("oracles").path(percentEncoded: false)

  @Test(arguments: [
    ("mnist path=$/digits-idx", 1297, 500, 10), ("fashion_mnist path=$/digits-idx", 1297, 500, 10),
    ("cifar10 path=$/cifar-10-batches-py", 200, 100, 10), ("cifar10 path=$", 200, 100, 10),
    ("cifar10 path=$/cifar-10-batches-bin", 30, 20, 10),
    ("cifar100 path=$/cifar-100-python", 200, 100, 100),
    ("cifar100 path=$/cifar-100-binary", 30, 20, 100),
    ("tinyimagenet path=$/tiny-imagenet-digits", 12, 6, 3),
  ])
  func `data sets open in their original layouts`(
    _ what: String, _ train: Int, _ test: Int, _ classes: Int
  ) throws {
    try withTrial { trial in
      let result = try trial.ok("load " + what.replacing("$", with: Self.oracles))
      #expect(result["train"]?.int == train)
      #expect(result["test"]?.int == test)
      #expect(result["classes"]?.int == classes)
      try trial.ok("query random 5")
      let state = try trial.state()
      try trial.reopen()
      #expect(try trial.state() == state)
    }
  }

  @Test func `without an embedding everything works that needs none`() throws {
    try withTrial { trial in
      let loaded = try trial.ok("load cifar10 path=\(Self.oracles)")
      #expect(loaded["features"]?.isNull == true)
      try trial.ok("noise sym 0.3\nquery random 20\nfilter ideal\nshow noise\nshow labeled")
      for command in [
        "query npc 5", "query probcover 5 delta=0.5", "filter aum", "train linear", "train 1nn",
        "export features f.npy",
      ] {
        let failure = try #require(try trial.failing(command).failure)
        #expect(failure.code == .needsEmbedding, "\(command)")
        let text = failure.text(color: false)
        #expect(text.contains("cifar-10_simclr/pretext/features_seed1.npy"), "\(text)")
        #expect(text.contains("features=pca:50") && text.contains("features=FILE"), "\(text)")
      }
      try trial.ok("load cifar10 path=\(Self.oracles) features=pca:8\nquery probcover 5 delta=0.5")
      try trial.ok("train linear\ntest")
    }
  }

  @Test func `the known embedding is found where it is kept, with its radius`() throws {
    try withTrial { trial in
      let folder = trial.folder.appending(components: "cifar-10_simclr", "pretext")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (name, rows) in [("features_seed1.npy", 200), ("test_features_seed1.npy", 100)] {
        let values = (0..<rows * 512).map { Float($0 % 37) }
        try NumpyWriter.write(
          values, shape: [rows, 512], to: folder.appending(component: name).path())
      }
      let set = trial.folder.appending(component: "cifar-10-batches-py")
      try FileManager.default.createSymbolicLink(
        at: set, withDestinationURL: Fixtures.url("oracles/cifar-10-batches-py"))
      let loaded = try trial.ok("load cifar10 path=\(trial.path("cifar-10-batches-py"))")
      #expect(loaded["features"]?["dimensions"]?.int == 512)
      let query = try trial.ok("query npc 12")
      #expect(query["delta"]?.double == 0.75)
      try trial.ok("train linear epochs=3")
      let command = try #require(try trial.run("train linear epochs=3").last).command
      #expect(command.contains("batch=100") && command.contains("lr=0.025"), "\(command)")
      try trial.reopen()
      try trial.ok("query npc 3")
    }
  }

  @Test func `features and labels alone make a data set of the name`() throws {
    try withTrial { trial in
      try NumpyWriter.write((0..<40).map { $0 % 100 }, shape: [40], to: trial.path("l.npy"))
      try NumpyWriter.write((0..<80).map { Float($0) }, shape: [40, 2], to: trial.path("f.npy"))
      let loaded = try trial.ok(
        "load cifar100 features=\(trial.path("f.npy")) labels=\(trial.path("l.npy"))"
          + " test_features=\(trial.path("f.npy")) test_labels=\(trial.path("l.npy"))")
      #expect(loaded["classes"]?.int == 100 && loaded["test"]?.int == 40)
      try trial.ok("query probcover 5 delta=0.1\ntrain 1nn")
      try trial.reopen()
      try trial.ok("query probcover 5 delta=0.1")
      try NumpyWriter.write([0, 100], shape: [2], to: trial.path("wrong.npy"))
      let failure = try trial.failing("load cifar100 labels=\(trial.path("wrong.npy"))").failure
      #expect(failure?.code == .fileFormat)
    }
  }

  @Test func `imbalance and subset cut the pool, and a restored session has the same`() throws {
    try withTrial(seed: 3) { trial in
      let plain = try trial.ok("load digits")
      let cut = try trial.ok("load digits imbalance=exp:0.1 subset=200")
      #expect(cut["train"]?.int == 200 && cut["test"]?.int == 500)
      #expect(cut["digest"] != plain["digest"])
      try trial.ok("noise sym 0.4\nquery npc 20\nfilter aum\ntrain linear epochs=5")
      let state = try trial.state()
      try trial.reopen()
      #expect(try trial.state() == state)
      try trial.ok("seed 4")
      #expect(try trial.ok("show pool").column("value").contains(.int(200)))
      #expect(try trial.ok("load digits imbalance=exp:0.1 subset=200")["digest"] != cut["digest"])
      try trial.ok("seed 3")
      #expect(try trial.ok("load digits imbalance=exp:0.1 subset=200")["digest"] == cut["digest"])
    }
  }

  @Test func `a features file has rows for the whole, also for a part`() throws {
    try withTrial { trial in
      let whole = try Digits.load().train
      let values = try #require(whole.images).bytes().map { Float($0) }
      try NumpyWriter.write(values, shape: [whole.count, 64], to: trial.path("f.npy"))
      try NumpyWriter.write([7, 3, 100], shape: [3], to: trial.path("s.npy"))
      let load = "load digits subset=\(trial.path("s.npy")) features="
      try trial.ok(load + trial.path("f.npy"))
      try trial.ok("query random 3")
      #expect(
        try trial.ok("show labeled").column("label").compactMap(\.int).sorted()
          == [3, 7, 100].map { whole.labels[$0] }.sorted())
      try NumpyWriter.write(Array(values.prefix(192)), shape: [3, 64], to: trial.path("g.npy"))
      #expect(try trial.failing(load + trial.path("g.npy")).failure?.code == .fileFormat)
    }
  }

  @Test(arguments: [
    ("load digits path=/", "path"), ("load blobs labels=/etc/hostname", "labels"),
    ("load digits download=true", "download"), ("load clothing1m download=true", "download"),
    ("load arrays features=/etc/hostname labels=/etc/hostname path=/", "path"),
  ])
  func `options that mean nothing to a data set are refused`(_ script: String, _ option: String)
    throws
  {
    try withTrial { trial in
      let failure = try #require(try trial.failing(script).failure)
      #expect(failure.code == .refused)
      let text = failure.text(color: false)
      #expect(text.contains("\(option)="), "\(text)")
    }
  }

  @Test func `wrong shares, counts and lone test labels are errors of check`() throws {
    try withTrial { trial in
      try NumpyWriter.write([0, 1], shape: [2], to: trial.path("l.npy"))
      #expect(try trial.failing("load digits imbalance=exp:2").failure?.code == .range)
      #expect(try trial.failing("load digits subset=0").failure?.code == .range)
      #expect(try trial.failing("load digits subset=1298").failure?.code == .range)
      let lone = try trial.failing("load cifar10 test_labels=\(trial.path("l.npy"))")
      #expect(lone.failure?.code == .missingArgument)
    }
  }

  @Test func `missing files are named with their places and how to get them`() throws {
    try withTrial { trial in
      for (name, hint) in [
        ("mnist", "download=true"), ("svhn", "download=true"), ("stl10", "download=true"),
        ("cifar10", "download=true"), ("cifar100n", "download=true"),
        ("tinyimagenet", "http"), ("imagenet50", "image-net.org"), ("food101n", "http"),
        ("clothing1m", "http"), ("webvision_google", "http"),
      ] {
        let empty = trial.folder.path(percentEncoded: false)
        let failure = try #require(try trial.failing("load \(name) path=\(empty)").failure)
        let text = failure.text(color: false)
        #expect(failure.code == .fileMissing, "\(name): \(text)")
        #expect(text.contains("looked for: \(empty)"), "\(name): \(text)")
        #expect(text.contains(hint), "\(name): \(text)")
      }
    }
  }
}
