/// CIFAR-N: what people answered when they were asked for the classes of CIFAR's training images
/// (Wei, Zhu, Cheng, Liu, Niu and Liu 2022, 2110.12088).
package enum HumanLabels {
  /// What the files hold for a data set of 10 or 100 classes, by the names in the files; none for
  /// any other.
  package static func kinds(classes: Int) -> [String] { aliases(classes).map(\.kind) }

  /// Reads the labels of one kind, in the order of `labels`.
  ///
  /// A file has the true labels besides; they have to equal `labels` for every sample, in the file's
  /// order or in the one that `image_order_c10.npy` (`…_c100.npy`) beside it gives.
  /// - Parameters:
  ///   - kind: one of `kinds(classes:)` or a short form of it (`worse`, `rand1`).
  ///   - labels: the true labels of the whole training split, as loaded.
  ///   - file: the file of labels; without it the usual places are searched for it.
  ///   - path: where the data set itself was loaded from, if the user named that.
  /// - Throws: `OptionError` where there is no such kind; `FileError` that lists the places looked
  ///   at, or with the first row where the true labels differ, or that cannot be.
  package static func read(
    kind: String, classes: Int, labels: [Int], from directories: DataDirectories,
    file: String? = nil, path: String? = nil
  ) throws -> [Int] {
    let kinds = aliases(classes)
    guard let chosen = kinds.first(where: { ([$0.kind] + $0.others).contains(kind) }) else {
      throw OptionError(
        option: "kind", value: kind,
        allowed: kinds.isEmpty
          ? "nothing: people labeled only CIFAR-10 and CIFAR-100"
          : "one of \(kinds.map(\.kind).joined(separator: ", "))")
    }
    let location = try file ?? locate(classes, directories, path)
    let answers = try HumanLabelFile(location, classes: classes)
    return try answers.labels([chosen.kind] + chosen.others, trueLabels: labels)
  }

  /// The kinds with their short forms.
  package static func aliases(_ classes: Int) -> [(kind: String, others: [String])] {
    switch classes {
    case 10:
      [
        ("aggre_label", ["aggre"]), ("random_label1", ["rand1"]), ("random_label2", ["rand2"]),
        ("random_label3", ["rand3"]), ("worse_label", ["worse", "worst"]),
        ("clean_label", ["clean"]),
      ]
    case 100: [("noisy_label", ["noise_label", "noisy", "noisy100"]), ("clean_label", ["clean"])]
    default: []
    }
  }

  /// Folders, below a data directory or beside the data set, in which the files are known to lie.
  private static let folders = ["cifar-n", "CIFAR-N", "cifar-10-100n/data"]

  private static func locate(
    _ classes: Int, _ directories: DataDirectories, _ path: String?
  ) throws -> String {
    let roots = (path.map { [$0, Folder.parent(of: trimmed($0))] } ?? []) + directories.paths
    let names = ["CIFAR-\(classes)_human.pt", "CIFAR-\(classes)_human_ordered.npy"]
    let places = roots.flatMap { root in
      (folders.map { "\(trimmed(root))/\($0)" } + [trimmed(root)]).flatMap { folder in
        names.map { "\(folder)/\($0)" }
      }
    }
    guard let found = places.first(where: DatasetFolder.isFile) else {
      throw FileError(
        .missing, path: names[0], expected: "the human labels of CIFAR-\(classes)",
        found: "none in any place looked at",
        hints: [
          "load cifar\(classes)n download=true",
          "\(names[0]) is at https://github.com/UCSC-REAL/cifar-10-100n (CC BY-NC 4.0)",
        ], searched: places)
    }
    return found
  }

  /// Without slashes at the end.
  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
