/// STL-10: 5,000 + 8,000 colour images of things and animals, 96 × 96, ten classes (Coates, Lee and
/// Ng 2011). Its 100,000 unlabeled images are not used.
package enum STL10 {
  private static let side = 96
  private static let imageLength = 3 * side * side
  private static let classCount = 10

  /// Loads the binary files.
  /// - Parameter path: the folder of the files or the one above it; without it the data directories
  ///   are searched.
  /// - Throws: `FileError` that lists the places looked at, or names what is wrong in a file;
  ///   `Interrupted`.
  package static func load(from directories: DataDirectories, path: String? = nil) throws -> Dataset
  {
    let folder = try files.locate(in: directories, path: path)
    let names = try ClassNameFile.read("\(folder)/class_names.txt", count: classCount)
    return Dataset(
      name: files.name, classNames: names, train: try examples("train", in: folder),
      test: try examples("test", in: folder))
  }

  private static let files = DatasetFolder(
    name: "stl10", folders: ["stl10_binary", "stl10/stl10_binary", "stl10", "STL10"],
    files: ["train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "class_names.txt"],
    installation: [
      "load stl10 download=true",
      "stl10_binary.tar.gz is at https://cs.stanford.edu/~acoates/stl10/",
    ])

  private static func examples(_ part: String, in folder: String) throws -> Examples {
    let images = try images("\(folder)/\(part)_X.bin")
    let labels = try labels("\(folder)/\(part)_y.bin", count: images.count)
    return Examples(labels: labels, images: images)
  }

  /// Images one after another; each is three planes, each plane column after column.
  private static func images(_ path: String) throws -> ImageSet {
    let file = try FileBytes(path)
    guard file.count > 0, file.count.isMultiple(of: imageLength) else {
      throw FileError(
        .format, path: path, expected: "images of \(imageLength) bytes",
        found: "\(file.count) bytes, not a multiple of that",
        hints: ["the file may have been cut off while it was copied"])
    }
    try MemoryLimit.check(file.count, of: UInt8.self, path: path)
    var position = 0
    let pixels = try [UInt8](unsafeUninitializedCapacity: file.count) { target, done in
      done = 0
      let target = UnsafeMutableRawBufferPointer(target)
      try ColumnMajorPlanes.read(into: target, side: side, channels: 3) { columns in
        try file.read(at: position, into: columns)
        position += columns.count
      }
      done = target.count
    }
    return ImageSet(
      count: file.count / imageLength, height: side, width: side, channels: 3, pixels: pixels)
  }

  /// One byte per image, from 1.
  private static func labels(_ path: String, count: Int) throws -> [Int] {
    let file = try FileBytes(path)
    guard file.count == count else {
      throw FileError(
        .format, path: path, expected: "\(count) labels, one byte for each image",
        found: "\(file.count)")
    }
    let bytes = try file.bytes(0..<count)
    if let row = bytes.firstIndex(where: { !(1...classCount).contains(Int($0)) }) {
      throw FileError(
        .format, path: path, at: .row(row), expected: "a label from 1 to \(classCount)",
        found: "\(bytes[row])")
    }
    return bytes.map { Int($0) - 1 }
  }
}
