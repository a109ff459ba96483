import Foundation

/// A data directory with a small tree of every data set in its original layout: images made from
/// digits where they are kept here, and grey squares or no images at all where lists are enough.
package enum DataTrees {
  /// Its path. It is made when it is first asked for, and gone when the process ends.
  package static let path: String = {
    let root = FileManager.default.temporaryDirectory
      .appending(component: "winnow-trees-\(getpid())", directoryHint: .isDirectory)
    do {
      try? FileManager.default.removeItem(at: root)
      try Trees(root: root).make()
    } catch {
      fatalError("the data trees cannot be made: \(error)")
    }
    atexit { try? FileManager.default.removeItem(atPath: DataTrees.path) }
    return root.path(percentEncoded: false)
  }()
}

private struct Trees {
  let root: URL

  func make() throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    for (name, fixture) in [
      ("mnist", "oracles/digits-idx"), ("fashion-mnist", "oracles/digits-idx"),
      ("cifar-10-batches-py", "oracles/cifar-10-batches-py"),
      ("cifar-100-python", "oracles/cifar-100-python"), ("cifar-n", "oracles/cifar-n-digits"),
      ("tiny-imagenet-200", "oracles/tiny-imagenet-digits"),
    ] {
      try link(name, to: Fixtures.url(fixture))
    }
    try makeHouseNumbers()
    try makeSTL10()
    try makeImageNet()
    try makePhotographs()
    try makeNoisySets()
  }

  private func link(_ name: String, to target: URL) throws {
    let place = root.appending(path: name)
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: place, withDestinationURL: target)
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    let place = root.appending(path: name)
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: place)
  }

  private func write(_ name: String, lines: [String]) throws {
    try write(name, Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// Pixels without a pattern, the same ones every time.
  private func noise(_ count: Int, _ seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 40)
    }
  }

  // MARK: Few files

  private func makeHouseNumbers() throws {
    for (part, count) in [("train", 64), ("test", 20)] {
      let labels = (0..<count).map { UInt8($0 % 10 + 1) }
      try write(
        "svhn/\(part)_32x32.mat",
        matlabHeader + variable("X", [32, 32, 3, count], noise(count * 3072, UInt64(count)))
          + variable("y", [count, 1], labels))
    }
  }

  private var matlabHeader: [UInt8] {
    let text = Array("MATLAB 5.0 MAT-file".utf8)
    return text + [UInt8](repeating: 0x20, count: 124 - text.count) + [0, 1] + Array("IM".utf8)
  }

  /// A variable of class uint8.
  private func variable(_ name: String, _ sizes: [Int], _ data: [UInt8]) -> [UInt8] {
    let content =
      element(6, words([9, 0])) + element(5, words(sizes)) + element(1, Array(name.utf8))
      + element(2, data)
    return element(14, content)
  }

  private func element(_ type: Int, _ data: [UInt8]) -> [UInt8] {
    words([type, data.count]) + data + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
  }

  private func words(_ numbers: [Int]) -> [UInt8] {
    numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
  }

  private func makeSTL10() throws {
    for (part, count) in [("train", 60), ("test", 20)] {
      try write("stl10_binary/\(part)_X.bin", noise(count * 27_648, UInt64(count)))
      try write("stl10_binary/\(part)_y.bin", (0..<count).map { UInt8($0 % 10 + 1) })
    }
    try write("stl10_binary/class_names.txt", lines: (0..<10).map { "class\($0)" })
  }

  // MARK: Folders

  private var photograph: URL { Fixtures.url("images/photograph.jpg") }

  /// All classes of the subset of 200, which are those of the smaller ones, too.
  private func makeImageNet() throws {
    let table = try String(contentsOf: Fixtures.url("imagenet200.txt"), encoding: .utf8)
    for identifier in table.split(separator: "\n") {
      try link("imagenet/train/\(identifier)/a.JPEG", to: photograph)
      try link("imagenet/val/\(identifier)/v.JPEG", to: photograph)
    }
  }

  private func makePhotographs() throws {
    for (place, count) in [("train", 3), ("test", 2)] {
      for name in ["cat", "dog"] {
        for i in 0..<count { try link("photos/\(place)/\(name)/\(i).jpg", to: photograph) }
      }
    }
  }

  // MARK: Lists

  private func makeNoisySets() throws {
    let pool = (0..<40).map { "images/\($0 % 3)/\($0).jpg" }
    let test = (0..<14).map { "images/t/\($0).jpg" }
    try write(
      "clothing1m/noisy_label_kv.txt", lines: pool.enumerated().map { "\($1) \($0 % 14)" })
    try write("clothing1m/noisy_train_key_list.txt", lines: pool)
    try write("clothing1m/clean_train_key_list.txt", lines: Array(pool.prefix(20)))
    try write("clothing1m/clean_test_key_list.txt", lines: test)
    try write(
      "clothing1m/clean_label_kv.txt",
      lines: pool.prefix(20).enumerated().map { "\($1) \($0 % 4 == 0 ? 13 : $0 % 14)" }
        + test.enumerated().map { "\($1) \($0)" })
    try makeFood()
    try makeWebVision()
  }

  private func makeFood() throws {
    let dishes = (0..<101).map { "dish\($0)" }
    let checked = (0..<30).map { "dish\($0 % 5)/\($0).jpg" }
    let validation = (0..<10).map { "dish\($0 % 5)/v\($0).jpg" }
    try write("food-101n/meta/classes.txt", lines: ["class_name"] + dishes)
    try write(
      "food-101n/meta/imagelist.tsv",
      lines: ["class_name/key"] + checked + validation + ["dish7/unchecked.jpg"])
    for (name, list) in [("verified_train", checked), ("verified_val", validation)] {
      try write(
        "food-101n/meta/\(name).tsv",
        lines: ["class_name/key\tverification_label"]
          + list.enumerated().map { "\($1)\t\($0 % 3 == 0 ? 0 : 1)" })
    }
  }

  private func makeWebVision() throws {
    try write(
      "webvision/info/synsets.txt", lines: (0..<60).map { "n\(10_000_000 + $0) thing \($0)" })
    for source in ["google", "flickr"] {
      try write(
        "webvision/info/train_filelist_\(source).txt",
        lines: (0..<30).map { "\(source)/q\($0)/\($0).jpg \($0 * 2)" })
    }
    try write(
      "webvision/info/val_filelist.txt", lines: (0..<60).map { "val\($0).jpg \($0)" })
  }
}
