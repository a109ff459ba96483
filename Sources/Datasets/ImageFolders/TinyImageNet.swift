/// Tiny-ImageNet-200: 100,000 training and 10,000 validation images, 64 × 64, 200 classes of
/// ImageNet (Stanford's course CS231n), in its original folders. The validation part, whose labels
/// are public, is the test part.
package enum TinyImageNet {
  private static let framing = Framing(shorterSide: 64, side: 64)
  private static let imageCount = 100_000

  private static let folder = DatasetFolder(
    name: "tinyimagenet", folders: ["tiny-imagenet-200", "tiny_imagenet_200", "tiny-imagenet"],
    files: ["wnids.txt", "val/val_annotations.txt"],
    installation: [
      "unpack http://cs231n.stanford.edu/tiny-imagenet-200.zip in a data directory"
    ])

  /// Classes are the sorted lines of `wnids.txt`; training images are in the order of their classes
  /// and in each in that of their numbers, test images in that of their numbers. Classes are named
  /// by the first name that `words.txt` has for them.
  /// - Parameter path: the folder; without it the data directories are searched.
  /// - Throws: `FileError` that lists the places looked at, or has the line or folder that is not as
  ///   it has to be. Images are not looked at.
  package static func load(from directories: DataDirectories, path: String? = nil) throws -> Dataset
  {
    let root = try folder.locate(in: directories, path: path)
    let classes = try WordNetClasses.identifiers("\(root)/wnids.txt").sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    let train = try train(root, classes)
    return Dataset(
      name: folder.name, classNames: try names(root, classes), train: train,
      test: try validation(root, classes),
      notices: train.count == imageCount
        ? [] : ["\(train.count) training images; all of Tiny-ImageNet has \(imageCount)"])
  }

  private static func train(_ root: String, _ classes: [String]) throws -> Examples {
    var paths = PathList()
    var labels: [Int] = []
    for (label, name) in classes.enumerated() {
      let folder = "train/\(name)/images"
      let files = try DirectoryListing("\(root)/\(folder)").images
      let prefix = Array("\(name)_".utf8)
      for file in try numeric(files, prefix, in: "\(root)/\(folder)") {
        paths.append(Array("\(folder)/".utf8) + file)
        labels.append(label)
      }
    }
    guard !labels.isEmpty else {
      throw FileError(
        .format, path: "\(root)/train", expected: "at least one image", found: "none")
    }
    let images = FolderImages(root: root, paths: paths, framing: framing)
    return Examples(labels: labels, images: images.imageSet)
  }

  /// `files` in the order of the numbers behind `prefix`.
  private static func numeric(_ files: [[UInt8]], _ prefix: [UInt8], in folder: String) throws
    -> [[UInt8]]
  {
    let numbered = try files.map { file in
      guard let number = number(file[...], prefix) else {
        throw FileError(
          .format, path: folder,
          expected: "images called '\(String(decoding: prefix, as: UTF8.self))NUMBER.JPEG'",
          found: "'\(String(decoding: file, as: UTF8.self))'")
      }
      return (number: number, file: file)
    }
    // Stable, so that equal numbers stay in the order of their names.
    return numbered.sorted { $0.number < $1.number }.map(\.file)
  }

  private static func number(_ name: ArraySlice<UInt8>, _ prefix: [UInt8]) -> Int? {
    guard name.starts(with: prefix) else { return nil }
    let digits = name.dropFirst(prefix.count).prefix { 0x30...0x39 ~= $0 }
    let rest = name.dropFirst(prefix.count + digits.count)
    guard 1...9 ~= digits.count, rest.first == UInt8(ascii: ".") else { return nil }
    return digits.reduce(0) { 10 * $0 + Int($1 - 0x30) }
  }

  /// Lines of a file's name, its class and four numbers of a box, between tabs.
  private static func validation(_ root: String, _ classes: [String]) throws -> Examples {
    let file = "\(root)/val/val_annotations.txt"
    let labels = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    var table = PathTable()
    var entries: [(number: Int, label: Int, line: Int32)] = []
    try LineReader(file).forEachLine { line in
      let fields = line.bytes.split(separator: UInt8(ascii: "\t"))
      guard fields.count >= 2, let number = number(fields[0], Array("val_".utf8)) else {
        throw line.error(expected: "'val_NUMBER.JPEG', a tab and a class")
      }
      guard let label = labels[String(decoding: fields[1], as: UTF8.self)] else {
        throw line.error(
          expected: "a class of wnids.txt",
          found: "'\(String(decoding: fields[1].prefix(40), as: UTF8.self))'")
      }
      let path = try line.checkedPath(fields[0])
      guard table.insert(path) else { throw line.repeated(path) }
      entries.append((number, label, Int32(line.number)))
    }
    let order = entries.indices.sorted { entries[$0].number < entries[$1].number }
    var list = KeyList(file)
    for index in order { list.append(table.paths.slice(index), line: entries[index].line) }
    return Examples(
      labels: order.map { entries[$0].label },
      images: try list.images(root: root, folder: "val/images/", framing))
  }

  private static func names(_ root: String, _ classes: [String]) throws -> [String] {
    let file = "\(root)/words.txt"
    guard DatasetFolder.isFile(file) else { return classes }
    let names = try WordNetClasses.names(file)
    return classes.map { names[$0] ?? $0 }
  }
}
