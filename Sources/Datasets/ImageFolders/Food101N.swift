/// Food-101N (Lee et al. 2018, 1711.07131): about 310,000 photographs of 101 dishes from the web,
/// each labeled by the search that found it, about 20 % of them wrong. People have looked at some
/// of the labels and said which are right.
package enum Food101N {
  /// What becomes the pool.
  package enum Pool: String, Sendable, CaseIterable {
    /// The training images that people have looked at.
    case verified
    /// All images but those of the validation part.
    case all
  }

  private static let folder = DatasetFolder(
    name: "food101n",
    folders: ["food-101n", "Food-101N", "food101n", "Food101N", "Food-101N_release"],
    files: [
      "meta/classes.txt", "meta/imagelist.tsv", "meta/verified_train.tsv", "meta/verified_val.tsv",
    ],
    installation: ["its page is https://kuanghuei.github.io/Food-101N/"])

  /// Samples are in the order of `verified_train.tsv`, or of `imagelist.tsv` for the whole pool; the
  /// test part has the images of `verified_val.tsv` whose labels are right. The first part of a path
  /// is its class.
  ///
  /// An image is known by its path: a49e6fb26e356c6c41a37b5c18176355.jpg, which is there under two
  /// classes, is two samples.
  /// - Parameter path: the folder of `meta` and `images`; without it the data directories are
  ///   searched.
  /// - Throws: `FileError` that lists the places looked at, or has the line that is not as it has to
  ///   be; `Interrupted`. Images are not looked at.
  package static func load(
    from directories: DataDirectories, path: String? = nil, pool: Pool = .verified
  ) throws -> Dataset {
    let root = try folder.locate(in: directories, path: path)
    let classes = try classNames("\(root)/meta/classes.txt")
    let reader = FoodLists(root: root, classes: classes)
    let verified = try reader.verdicts("\(root)/meta/verified_train.tsv")
    let validation = try reader.verdicts("\(root)/meta/verified_val.tsv")
    let train =
      switch pool {
      case .verified: try reader.verified(verified)
      case .all: try reader.all("\(root)/meta/imagelist.tsv", verified, without: validation)
      }
    return Dataset(
      name: folder.name, classNames: classes, train: train,
      test: try reader.test(validation),
      featureRows: try reader.rows(of: train, in: "\(root)/meta/imagelist.tsv"))
  }

  /// One name per line, below a line that is not a class.
  private static func classNames(_ path: String) throws -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    try LineReader(path).forEachLine { line in
      if line.number == 1, line.text == "class_name" { return }
      let name = String(decoding: try line.checkedPath(line.bytes), as: UTF8.self)
      guard seen.insert(name).inserted else {
        throw line.error(expected: "each class once", found: "'\(name)' once more")
      }
      names.append(name)
    }
    guard !names.isEmpty else {
      throw FileError(.format, path: path, expected: "at least one class", found: "none")
    }
    return names
  }
}

/// Makes samples of the lists of Food-101N.
private struct FoodLists {
  let root: String
  private let labels: [String: Int]

  init(root: String, classes: [String]) {
    self.root = root
    labels = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
  }

  /// 1 for labels that are right, 0 for those that are wrong.
  func verdicts(_ path: String) throws -> LabeledPaths {
    let list = try LabeledPaths(path, below: 2, "a verdict", mayHaveHeader: true)
    _ = try chosen(list, Array(list.labels.indices))
    return list
  }

  func verified(_ list: LabeledPaths) throws -> Examples {
    let all = Array(0..<list.count)
    return try examples(try chosen(list, all), isRight: list.labels.map { $0 == 1 })
  }

  func all(_ path: String, _ verified: LabeledPaths, without validation: LabeledPaths) throws
    -> Examples
  {
    var list = (keys: KeyList(path), observed: [Int]())
    var table = PathTable()
    var isRight: [Bool?] = []
    try LineReader(path).forEachLine { line in
      if line.isHeader { return }
      let key = try line.checkedPath(line.bytes)
      guard table.insert(key) else { throw line.repeated(key) }
      let label = try label(key, path, line.number)
      if validation.label(of: key) != nil { return }
      list.keys.append(key, line: Int32(line.number))
      list.observed.append(label)
      isRight.append(verified.label(of: key).map { $0 == 1 })
    }
    return try examples(list, isRight: isRight)
  }

  /// Features are made for all of `imagelist.tsv`: where in it the samples are. An image that it has
  /// under another class is found by its own name.
  /// - Returns: nil where it does not have all of them.
  func rows(of samples: Examples, in path: String) throws -> FeatureRows? {
    var places: [String: Int] = [:]
    var count = 0
    try LineReader(path).forEachLine { line in
      if line.isHeader { return }
      let name = String(decoding: try line.checkedPath(line.bytes), as: UTF8.self)
      places[name] = count
      places[Self.file(name)] = places[Self.file(name)] ?? count
      count += 1
    }
    guard let images = samples.images else { return nil }
    let indices = (0..<samples.count).compactMap { sample -> Int? in
      let name = String(images.name(of: sample).dropFirst("images/".count))
      return places[name] ?? places[Self.file(name)]
    }
    guard indices.count == samples.count else { return nil }
    return FeatureRows(indices: indices, whole: count)
  }

  private static func file(_ path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }

  func test(_ list: LabeledPaths) throws -> Examples {
    let (keys, labels) = try chosen(list, list.labels.indices.filter { list.labels[$0] == 1 })
    return Examples(labels: labels, images: try keys.images(root: root, folder: "images/"))
  }

  private func chosen(_ list: LabeledPaths, _ indices: [Int]) throws -> (
    keys: KeyList, observed: [Int]
  ) {
    var keys = KeyList(list.source)
    for index in indices { keys.append(list.table.paths.slice(index), line: list.lines[index]) }
    let observed = try indices.map { index in
      try label(list.table.paths.slice(index), list.source, Int(list.lines[index]))
    }
    return (keys, observed)
  }

  private func examples(_ list: (keys: KeyList, observed: [Int]), isRight: [Bool?]) throws
    -> Examples
  {
    let labels = zip(list.observed, isRight).map { $1 == true ? $0 : Examples.unknown }
    return Examples(
      labels: labels, images: try list.keys.images(root: root, folder: "images/"),
      annotation: Annotation(observed: list.observed, isRight: isRight))
  }

  private func label(_ key: ArraySlice<UInt8>, _ path: String, _ line: Int) throws -> Int {
    let name = String(decoding: key.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
    guard let label = labels[name] else {
      throw FileError(
        .format, path: path, at: .line(line),
        expected: "a path that starts with a class of "
          + "meta/classes.txt", found: "'\(name.prefix(40))'")
    }
    return label
  }
}
