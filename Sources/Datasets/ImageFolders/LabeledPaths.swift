/// A list of lines `PATH NUMBER`, no path twice.
struct LabeledPaths {
  /// The file of the list.
  let source: String
  private(set) var table = PathTable()
  /// The number behind each path.
  private(set) var labels: [Int] = []
  /// The line of each path, from 1.
  private(set) var lines: [Int32] = []

  /// - Parameters:
  ///   - limit: numbers run from 0 to one less.
  ///   - what: "a class", or what else the numbers are.
  ///   - mayHaveHeader: whether a first line that names no image is passed over.
  /// - Throws: `FileError` with the line that is not as it has to be; `Interrupted`.
  init(_ source: String, below limit: Int, _ what: String, mayHaveHeader: Bool = false) throws {
    self.source = source
    try LineReader(source).forEachLine { line in
      if mayHaveHeader, line.isHeader { return }
      let (path, label) = try line.labeledPath(below: limit, what)
      guard table.insert(path) else { throw line.repeated(path) }
      labels.append(label)
      lines.append(Int32(line.number))
    }
  }

  /// The number behind a path; nil where the list does not have it.
  func label(of path: ArraySlice<UInt8>) -> Int? { table.index(of: path).map { labels[$0] } }

  /// The number of paths.
  var count: Int { labels.count }

  /// The paths whose number `isWanted`, as images with that number as their class.
  /// - Throws: `FileError` where there is none.
  func examples(root: String, folder: String, where isWanted: (Int) -> Bool) throws -> Examples {
    let wanted = labels.indices.filter { isWanted(labels[$0]) }
    var list = KeyList(source)
    for index in wanted { list.append(table.paths.slice(index), line: lines[index]) }
    return Examples(
      labels: wanted.map { labels[$0] }, images: try list.images(root: root, folder: folder))
  }
}

/// Images that a list names, in its order.
struct KeyList {
  /// The file of the list.
  let source: String
  private(set) var paths = PathList()
  private var lines: [Int32] = []

  init(_ source: String) { self.source = source }

  mutating func append(_ path: ArraySlice<UInt8>, line: Int32) {
    paths.append(path)
    lines.append(line)
  }

  /// The images below `folder` of the data set, of which none is looked at.
  /// - Throws: `FileError` where the list is empty.
  func images(root: String, folder: String = "", _ framing: Framing = .photograph) throws
    -> ImageSet
  {
    guard paths.count > 0 else {
      throw FileError(
        .format, path: source, expected: "at least one image", found: "a list without any")
    }
    let listing = FolderImages.Listing(path: source, lines: lines)
    return FolderImages(
      root: root, folder: folder, paths: paths, listing: listing, framing: framing
    ).imageSet
  }
}

extension LineReader.Line {
  /// Whether this is a first line that names columns and no image.
  var isHeader: Bool {
    number == 1 && !ImageName.isImage(split(atLast: false)?.head ?? bytes)
  }

  /// The error that `path` was there before.
  func repeated(_ path: ArraySlice<UInt8>) -> FileError {
    error(
      expected: "each image once", found: "'\(String(decoding: path, as: UTF8.self))' once more")
  }
}
