import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// CIFAR-N's labels by people, with those of the made files.
struct HumanLabelsTests {
  static let nowhere = DataDirectories(paths: [])

  /// The files as they are published, by the name that each has there.
  static let published = [
    "CIFAR-10_human.pt": "oracles/cifar-n-digits/CIFAR-10_human.pt",
    "CIFAR-100_human.pt": "oracles/cifar-n-digits/CIFAR-100_human.pt",
  ]

  static func fixture(_ name: String) -> String { Fixtures.url(name).path(percentEncoded: false) }

  /// The known labels of one kind.
  func known(_ classes: Int, _ kind: String = "clean_label") throws -> [Int] {
    try Oracle("data_files").ints("\(classes == 10 ? "ten" : "hundred")_\(kind)")
  }

  func order(_ classes: Int) throws -> [Int] {
    try LabelFile.read(Self.fixture("human-labels/image_order_c\(classes).npy"))
  }

  func read(
    _ kind: String, _ classes: Int, _ labels: [Int]? = nil, file: String
  ) throws -> [Int] {
    try HumanLabels.read(
      kind: kind, classes: classes, labels: labels ?? known(classes), from: Self.nowhere,
      file: file)
  }

  @Test(arguments: ["", "_torch2"])
  func `every kind of both files is read exactly, by any of its names`(ending: String) throws {
    let ten = Self.fixture("oracles/cifar-n-digits/CIFAR-10_human\(ending).pt")
    let names = [
      "aggre_label": "aggre", "random_label1": "rand1", "random_label2": "rand2",
      "random_label3": "rand3", "worse_label": "worst", "clean_label": "clean",
    ]
    #expect(Set(HumanLabels.kinds(classes: 10)) == Set(names.keys))
    for (kind, short) in names {
      let labels = try known(10, kind)
      #expect(try read(kind, 10, file: ten) == labels)
      #expect(try read(short, 10, file: ten) == labels)
    }
    #expect(try read("worse", 10, file: ten) == known(10, "worse_label"))
    let hundred = Self.fixture("oracles/cifar-n-digits/CIFAR-100_human\(ending).pt")
    #expect(HumanLabels.kinds(classes: 100) == ["noisy_label", "clean_label"])
    for name in ["noisy_label", "noisy", "noisy100", "noise_label"] {
      #expect(try read(name, 100, file: hundred) == known(100, "noisy_label"))
    }
    #expect(try read("clean", 100, file: hundred) == known(100))
  }

  @Test func `the older file of four arrays is read`() throws {
    let file = Self.fixture("human-labels/CIFAR-100_human_older.pt")
    #expect(try read("noisy", 100, file: file) == known(100, "noisy_label"))
  }

  @Test func `labels in the other order are put into that of the images`() throws {
    let ten = Self.fixture("human-labels/CIFAR-10_human_ordered.npy")
    #expect(try read("worse", 10, file: ten) == known(10, "worse_label"))
    #expect(try read("random_label2", 10, file: ten) == known(10, "random_label2"))
    let hundred = Self.fixture("human-labels/CIFAR-100_human_ordered.npy")
    #expect(try read("noisy_label", 100, file: hundred) == known(100, "noisy_label"))
    // Images that are in the other order themselves need no mapping.
    let order = try order(10)
    let (clean, worse) = try (known(10), known(10, "worse_label"))
    #expect(try read("worse", 10, order.map { clean[$0] }, file: ten) == order.map { worse[$0] })
  }

  @Test func `images in the other order get the labels that are theirs`() throws {
    try withMemoryFolder { folder in
      let path = folder.path(percentEncoded: false)
      for name in [Self.published["CIFAR-10_human.pt"], "human-labels/image_order_c10.npy"] {
        let source = Fixtures.url(try #require(name))
        try FileManager.default.copyItem(
          at: source, to: folder.appending(path: source.lastPathComponent))
      }
      let order = try order(10)
      let (clean, worse) = try (known(10), known(10, "worse_label"))
      let labels = try read(
        "worse", 10, order.map { clean[$0] }, file: path + "/CIFAR-10_human.pt")
      #expect(labels == order.map { worse[$0] })
    }
  }

  @Test func `another order without a mapping is refused with the first row that differs`() throws {
    let file = Self.fixture("oracles/cifar-n-digits/CIFAR-10_human.pt")
    var labels = try known(10)
    labels.swapAt(150, try #require(labels.indices.last { labels[$0] != labels[150] }))
    let error = fileError { _ = try read("worse", 10, labels, file: file) }
    #expect(error?.place == .row(150) && error?.member == "clean_label")
    #expect(error?.found == "\(try known(10)[150])")
    #expect(error?.hints.first?.contains("image_order_c10.npy") == true)
    let ordered = Self.fixture("human-labels/CIFAR-10_human_ordered.npy")
    let other = fileError { _ = try read("worse", 10, labels, file: ordered) }
    #expect(other?.hints.first?.contains("do not fit either") == true)
    let few = fileError { _ = try read("worse", 10, Array(labels[..<199]), file: file) }
    #expect(few?.expected == "199 labels, one per sample" && few?.found == "200")
  }

  @Test func `a mapping that is no permutation is refused`() throws {
    try withMemoryFolder { folder in
      let path = folder.path(percentEncoded: false)
      try FileManager.default.copyItem(
        atPath: Self.fixture("human-labels/CIFAR-10_human_ordered.npy"),
        toPath: path + "/CIFAR-10_human_ordered.npy")
      let order = try order(10)
      for (row, value, found) in [
        (3, order[0], "\(order[0]) again"), (5, 200, "200"), (0, -1, "-1"),
      ] {
        var wrong = order.map { Int64($0) }
        wrong[row] = Int64(value)
        let name = "image_order_c10.npy"
        _ = try folder.write(Build.npy("<i8", "(200,)", Build.bytes(wrong)), as: name)
        let error = fileError {
          _ = try read("worse", 10, file: path + "/CIFAR-10_human_ordered.npy")
        }
        #expect(error?.place == .row(row) && error?.found == found)
        #expect(error?.path.hasSuffix(name) == true)
      }
    }
  }

  @Test func `kinds that the data set does not have are answered with those it has`() throws {
    let file = Self.fixture("oracles/cifar-n-digits/CIFAR-10_human.pt")
    for (kind, classes, allowed) in [
      ("noisy_label", 10, "one of aggre_label, random_label1"),
      ("worse_label", 100, "one of noisy_label, clean_label"), ("", 10, "one of aggre_label"),
      ("worse_label", 200, "nothing: people labeled only"),
    ] {
      let error = #expect(throws: OptionError.self) {
        _ = try HumanLabels.read(
          kind: kind, classes: classes, labels: [1], from: Self.nowhere, file: file)
      }
      #expect(error?.value == kind && error?.allowed.hasPrefix(allowed) == true)
    }
    // CIFAR-100's file for CIFAR-10.
    let other = Self.fixture("oracles/cifar-n-digits/CIFAR-100_human.pt")
    let error = fileError { _ = try read("worse", 10, file: other) }
    #expect(error?.found == "'worse_label'" && error?.member == "worse_label")
  }

  @Test func `labels beyond the classes, too few or not whole are errors`() throws {
    try withMemoryFolder { folder in
      let read = { (descriptor: String, values: [UInt8], count: Int) in
        let clean = Build.npy("<i8", "(3,)", Build.bytes([Int64(5), 0, 9]))
        let worse = Build.npy(descriptor, "(\(count),)", values)
        let path = try folder.write(
          Build.zip([
            .init(name: "clean_label.npy", data: clean),
            .init(name: "worse_label.npy", data: worse),
          ]), as: "labels.npz")
        return try self.read("worse", 10, [5, 0, 9], file: path)
      }
      let sound = try read("<i8", Build.bytes([Int64(1), 2, 3]), 3)
      #expect(sound == [1, 2, 3])
      let beyond = fileError { _ = try read("<i8", Build.bytes([Int64(5), 10, 9]), 3) }
      #expect(beyond?.place == .row(1) && beyond?.member == "worse_label")
      let few = fileError { _ = try read("<i8", Build.bytes([Int64(5), 1]), 2) }
      #expect(few?.expected == "3 labels, one per sample" && few?.found == "2")
      let real = fileError { _ = try read("<f8", Build.bytes([5.0, 1, 2]), 3) }
      #expect(real?.expected == "an array of whole numbers")
    }
  }

  @Test func `the usual places are searched, beside the data set first`() throws {
    try withMemoryFolder { folder in
      let names = Self.published.sorted { $0.key < $1.key }
      for place in ["beside/cifar-n", "above", "data/cifar-10-100n/data", "plain"] {
        for (name, source) in names {
          let target = folder.appending(path: "\(place)/\(name)")
          try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
          try FileManager.default.copyItem(at: Fixtures.url(source), to: target)
        }
      }
      let root = folder.path(percentEncoded: false)
      let find = { (paths: [String], path: String?) in
        try HumanLabels.read(
          kind: "worse", classes: 10, labels: known(10),
          from: DataDirectories(paths: paths.map { root + $0 }), path: path.map { root + $0 })
      }
      let worse = try known(10, "worse_label")
      #expect(try find(["data"], nil) == worse)
      #expect(try find(["none", "plain/"], nil) == worse)
      #expect(try find([], "beside") == worse)
      #expect(try find([], "beside/cifar-10-batches-py") == worse)
      #expect(try find([], "above/cifar-10-batches-py/") == worse)
      // The first place counts, even where its file is no good.
      _ = try folder.write([1, 2, 3], as: "beside/cifar-n/CIFAR-10_human.pt")
      let error = fileError { _ = try find(["data"], "beside/cifar-10-batches-py") }
      #expect(error?.kind == .format)
      let none = fileError { _ = try find(["none"], nil) }
      #expect(none?.kind == .missing && none?.searched.count == 8)
      #expect(none?.searched.contains(root + "none/cifar-n/CIFAR-10_human.pt") == true)
      #expect(none?.hints.first == "load cifar10n download=true")
    }
    let named = fileError { _ = try read("worse", 10, file: "/none/labels") }
    #expect(named?.kind == .missing && named?.path == "/none/labels")
  }

  @Test func `damaged files end in labels or in a file error`() throws {
    var source = RandomSource(RandomKey(seed: 8, role: .data, method: "human"))
    try withMemoryFolder { folder in
      for name in [
        "oracles/cifar-n-digits/CIFAR-10_human.pt", "oracles/cifar-n-digits/CIFAR-100_human.pt",
        "human-labels/CIFAR-10_human_ordered.npy", "human-labels/image_order_c10.npy",
      ] {
        let bytes = [UInt8](try Data(contentsOf: Fixtures.url(name)))
        let file = Fixtures.url(name).lastPathComponent
        let classes = name.contains("-100_") ? 100 : 10
        let isOrder = file.hasPrefix("image")
        let labels = isOrder ? "CIFAR-10_human_ordered.npy" : file
        if !isOrder { try? FileManager.default.removeItem(at: folder.appending(path: file)) }
        for _ in 0..<200 {
          let path = try folder.write(damaged(bytes, using: &source), as: file)
          let opened = isOrder ? path.replacing(file, with: labels) : path
          do {
            _ = try read(classes == 10 ? "worse" : "noisy", classes, file: opened)
          } catch is FileError {}
        }
        if !isOrder { _ = try folder.write(bytes, as: file) }
      }
    }
  }
}
