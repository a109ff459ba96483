/// Any images that lie in `train/CLASS` and `test/CLASS` (or `val/CLASS`), as most tools expect them.
package enum ImageFolder {
  private static let largestSide = 1024

  /// Classes are the folders in `train`, sorted; images are in the order of their classes and in
  /// each in that of their names' bytes. Without `test` and `val` there is no test part.
  /// - Parameters:
  ///   - path: the folder that has `train` in it.
  ///   - size: the side of the square that images become. Without it the shorter side of the first
  ///     training image decides, but 224 at most. From 224 on the square is cut from the middle of
  ///     an image resized to a shorter side of 8/7 of it, as is usual for photographs; below that
  ///     the shorter side becomes the square's.
  /// - Throws: `FileError` that names the folder that is not as it has to be; `OptionError`;
  ///   `Interrupted`. Of the images at most the first is looked at.
  package static func load(path: String?, size: Int? = nil) throws -> Dataset {
    guard let path else {
      throw OptionError(
        option: "path", value: nil, allowed: "a folder that has train/CLASS and test/CLASS in it")
    }
    if let size, !(1...largestSide ~= size) {
      throw OptionError(option: "size", value: "\(size)", allowed: "1 to \(largestSide)")
    }
    let classes = try classes(path)
    let train = try ClassFolders(root: path, folder: "train", classes: classes)
    try requireAll(classes, train.labels, path)
    let framing = try framing(size ?? naturalSize("\(path)/train/\(train.paths.text(0))"))
    let test = try ["test", "val"].first { DirectoryListing.exists("\(path)/\($0)") }.map {
      try ClassFolders(root: path, folder: $0, classes: testClasses(path, $0, classes))
    }
    let noTest = "\(path): neither 'test' nor 'val', so models cannot be evaluated"
    return Dataset(
      name: "folder", classNames: classes, train: try train.examples(framing),
      test: try test?.examples(framing),
      notices: train.notices + (test?.notices ?? [noTest]))
  }

  private static func classes(_ path: String) throws -> [String] {
    guard DirectoryListing.exists("\(path)/train") else {
      let folders = (try DirectoryListing(path)).folders
      let hint = "put the folders of the classes into \(path)/train, some images into \(path)/test"
      throw FileError(
        .missing, path: "\(path)/train", expected: "a folder with a folder for each class",
        found: folders.isEmpty ? "no such folder" : "only '\(folders[0])' and the like",
        hints: [hint], searched: ["\(path)/train"])
    }
    let classes = try DirectoryListing("\(path)/train").folders
    guard classes.count > 1 else {
      throw FileError(
        .format, path: "\(path)/train", expected: "at least two folders, one for each class",
        found: classes.first.map { "only '\($0)'" } ?? "none")
    }
    return classes
  }

  private static func requireAll(_ classes: [String], _ labels: [Int], _ path: String) throws {
    let present = Set(labels)
    guard let empty = classes.indices.first(where: { !present.contains($0) }) else { return }
    throw FileError(
      .format, path: "\(path)/train/\(classes[empty])", expected: "at least one image",
      found: "none called .jpg, .jpeg or .png")
  }

  /// The classes with nil for those that the test part does not have.
  private static func testClasses(_ path: String, _ part: String, _ classes: [String]) throws
    -> [String?]
  {
    let folders = try DirectoryListing("\(path)/\(part)").folders
    let known = Set(classes)
    if let unknown = folders.first(where: { !known.contains($0) }) {
      throw FileError(
        .format, path: "\(path)/\(part)/\(unknown)", expected: "a class that 'train' has, too",
        found: "'\(unknown)'")
    }
    let present = Set(folders)
    return classes.map { present.contains($0) ? $0 : nil }
  }

  private static func naturalSize(_ image: String) throws -> Int {
    let size = try ImageFile.size(image)
    return min(size.width, size.height, Framing.photograph.side)
  }

  private static func framing(_ side: Int) throws -> Framing {
    let isPhotograph = side >= Framing.photograph.side
    return Framing(shorterSide: isPhotograph ? side * 8 / 7 : side, side: side)
  }
}
