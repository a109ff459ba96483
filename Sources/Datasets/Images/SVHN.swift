/// SVHN, street view house numbers: 73,257 + 26,032 colour images of single digits, 32 × 32, ten
/// classes (Netzer, Wang, Coates, Bissacco, Wu and Ng 2011).
package enum SVHN {
  /// One name per class.
  package static let classNames = (0...9).map(String.init)
  private static let side = 32

  /// Loads the two MATLAB files of cropped digits; label 10 stands for the digit 0.
  /// - Parameter path: the folder of the files or the one above it; without it the data directories
  ///   are searched.
  /// - Throws: `FileError` that lists the places looked at, or names what is wrong in a file;
  ///   `Interrupted`.
  package static func load(from directories: DataDirectories, path: String? = nil) throws -> Dataset
  {
    let folder = try files.locate(in: directories, path: path)
    return Dataset(
      name: files.name, classNames: classNames,
      train: try examples("\(folder)/train_32x32.mat"),
      test: try examples("\(folder)/test_32x32.mat"))
  }

  private static let files = DatasetFolder(
    name: "svhn", folders: ["svhn", "SVHN"], files: ["train_32x32.mat", "test_32x32.mat"],
    installation: [
      "load svhn download=true",
      "train_32x32.mat and test_32x32.mat are at http://ufldl.stanford.edu/housenumbers/",
    ])

  private static func examples(_ path: String) throws -> Examples {
    let file = try MatlabFile(path)
    let pixels = try file.variable("X")
    // MATLAB drops the last size where it is 1.
    let shape = pixels.shape.count == 3 ? pixels.shape + [1] : pixels.shape
    guard shape.count == 4, Array(shape[..<3]) == [side, side, 3], shape[3] > 0 else {
      throw FileError(
        .format, path: path, member: "X", expected: "\(side) × \(side) × 3 × n pixels",
        found: pixels.shape.map(String.init).joined(separator: " × "))
    }
    // Images first: a file that has them all cannot promise too many labels.
    let images = try images(file, pixels, count: shape[3])
    return Examples(labels: try labels(file, count: shape[3]), images: images)
  }

  /// The first index, the row, runs fastest: each plane is stored column by column.
  private static func images(
    _ file: MatlabFile, _ variable: MatlabFile.Variable, count: Int
  ) throws -> ImageSet {
    var pixels: [UInt8] = []
    try file.readBytes(of: variable) { element in
      try MemoryLimit.check(variable.count, of: UInt8.self, path: file.path)
      pixels = try [UInt8](unsafeUninitializedCapacity: variable.count) { target, done in
        done = 0
        let target = UnsafeMutableRawBufferPointer(target)
        try ColumnMajorPlanes.read(into: target, side: side, channels: 3) {
          try element.read(into: $0)
        }
        done = target.count
      }
    }
    return ImageSet(count: count, height: side, width: side, channels: 3, pixels: pixels)
  }

  /// One number per image, from 1 to 10.
  private static func labels(_ file: MatlabFile, count: Int) throws -> [Int] {
    let variable = try file.variable("y")
    guard variable.count == count else {
      throw FileError(
        .format, path: file.path, member: "y", expected: "\(count) labels, one for each image",
        found: "\(variable.count)")
    }
    return try file.numbers(of: variable).enumerated().map { row, number in
      guard let label = Int(exactly: number), (1...10).contains(label) else {
        throw FileError(
          .format, path: file.path, member: "y", at: .row(row), expected: "a label from 1 to 10",
          found: "\(number)")
      }
      return label % 10
    }
  }
}
