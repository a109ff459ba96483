/// Clothing1M (Xiao et al. 2015): a million photographs from shops with labels from the text around
/// them, about 38 % of them wrong, 14 classes. The test part is that with labels by hand.
package enum Clothing1M {
  /// In the order of their numbers in the files.
  package static let classNames = [
    "T-Shirt", "Shirt", "Knitwear", "Chiffon", "Sweater", "Hoodie", "Windbreaker", "Jacket",
    "Downcoat", "Suit", "Shawl", "Dress", "Vest", "Underwear",
  ]

  private static let names = ["clothing1m", "clothing1M", "Clothing1M"]

  private static let folder = DatasetFolder(
    name: "clothing1m", folders: names.flatMap { [$0, "\($0)/annotations"] } + ["annotations"],
    files: [
      "noisy_label_kv.txt", "clean_label_kv.txt", "noisy_train_key_list.txt",
      "clean_test_key_list.txt",
    ],
    installation: ["its authors send it to those who ask: https://github.com/Cysu/noisy_label"])

  /// Samples are in the order of the lists of keys. A label is known to be right or wrong where an
  /// image has one by hand, too.
  /// - Parameter path: the folder of the lists and of `images`; without it the data directories are
  ///   searched. The lists may lie in `annotations`.
  /// - Throws: `FileError` that lists the places looked at, or has the line that is not as it has to
  ///   be; `Interrupted`. Images are not looked at.
  package static func load(from directories: DataDirectories, path: String? = nil) throws -> Dataset
  {
    let lists = try folder.locate(in: directories, path: path)
    let suffix = "/annotations"
    let root = lists.hasSuffix(suffix) ? String(lists.dropLast(suffix.count)) : lists
    let clean = try labels("\(lists)/clean_label_kv.txt")
    let noisy = try labels("\(lists)/noisy_label_kv.txt")
    return Dataset(
      name: folder.name, classNames: classNames,
      train: try train("\(lists)/noisy_train_key_list.txt", noisy, clean, root: root),
      test: try test("\(lists)/clean_test_key_list.txt", clean, root: root))
  }

  private static func labels(_ path: String) throws -> LabeledPaths {
    try LabeledPaths(path, below: classNames.count, "a class")
  }

  private static func train(
    _ path: String, _ noisy: LabeledPaths, _ clean: LabeledPaths, root: String
  ) throws -> Examples {
    let (list, observed) = try keys(path, noisy)
    let known = (0..<list.paths.count).map { clean.label(of: list.paths.slice($0)) }
    let annotation = Annotation(
      observed: observed,
      isRight: zip(observed, known).map { label, truth in
        truth.map { $0 == label }
      })
    return Examples(
      labels: known.map { $0 ?? Examples.unknown }, images: try list.images(root: root),
      annotation: annotation)
  }

  private static func test(_ path: String, _ clean: LabeledPaths, root: String) throws -> Examples {
    let (list, labels) = try keys(path, clean)
    return Examples(labels: labels, images: try list.images(root: root))
  }

  /// The images of a list, each with its label.
  private static func keys(_ path: String, _ labels: LabeledPaths) throws -> (
    list: KeyList, labels: [Int]
  ) {
    var list = KeyList(path)
    var table = PathTable()
    var result: [Int] = []
    try LineReader(path).forEachLine { line in
      let key = try line.checkedPath(line.bytes)
      guard table.insert(key) else { throw line.repeated(key) }
      guard let label = labels.label(of: key) else {
        throw line.error(expected: "an image that has a label in \(labels.source)")
      }
      result.append(label)
      list.append(key, line: Int32(line.number))
    }
    return (list, result)
  }
}
