import Glibc

/// A data set in MNIST's four files: images and labels, for training and for testing.
struct IDXDataset: Sendable {
  let name: String
  let classNames: [String]
  /// Folders, below a data directory, in which the files are known to lie.
  let folders: [String]
  /// What to do where they are not there, most promising first.
  let installation: [String]

  /// Loads the first complete set found: in `path` if given, else in the data directories.
  func load(from directories: DataDirectories, path: String?) throws -> Dataset {
    let candidates = directories.candidates(folders, path: path)
    guard let folder = candidates.first(where: { !files(in: $0).isEmpty }) else {
      throw FileError(
        .missing, path: path ?? name, expected: "the files of \(name)",
        found: "none of them in any place looked at", hints: installation, searched: candidates)
    }
    let train = try examples("train", in: folder)
    let test = try examples("t10k", in: folder)
    guard train.images?.imageLength == test.images?.imageLength else {
      throw FileError(
        .format, path: Self.file("t10k-images-idx3-ubyte", in: folder) ?? folder,
        expected: "test images of the size of the training images", found: "another size")
    }
    return Dataset(name: name, classNames: classNames, train: train, test: test)
  }

  private static let fileNames = ["train", "t10k"].flatMap {
    ["\($0)-images-idx3-ubyte", "\($0)-labels-idx1-ubyte"]
  }

  private func files(in folder: String) -> [String] {
    Self.fileNames.compactMap { Self.file($0, in: folder) }
  }

  /// The path of a file, plain or gzipped, if it is there.
  private static func file(_ name: String, in folder: String) -> String? {
    ["\(folder)/\(name)", "\(folder)/\(name).gz"].first { access($0, F_OK) == 0 }
  }

  private func examples(_ part: String, in folder: String) throws -> Examples {
    let images = try path("\(part)-images-idx3-ubyte", in: folder)
    let labels = try path("\(part)-labels-idx1-ubyte", in: folder)
    let pictures = try IDXFile(images, dimensions: 3)
    guard !pictures.shape.contains(0) else {
      throw FileError(
        .format, path: images, at: .byte(4), expected: "at least one image of at least one pixel",
        found: pictures.shape.map(String.init).joined(separator: " × "))
    }
    let classes = try IDXFile(labels, dimensions: 1).bytes
    guard classes.count == pictures.shape[0] else {
      throw FileError(
        .format, path: labels, at: .byte(4),
        expected: "\(pictures.shape[0]) labels, one for each image of \(images)",
        found: "\(classes.count)")
    }
    if let row = classes.firstIndex(where: { $0 >= classNames.count }) {
      throw FileError(
        .format, path: labels, at: .row(row), expected: "a label from 0 to \(classNames.count - 1)",
        found: "\(classes[row])")
    }
    let set = ImageSet(
      count: pictures.shape[0], height: pictures.shape[1], width: pictures.shape[2], channels: 1,
      pixels: pictures.bytes)
    return Examples(labels: classes.map { Int($0) }, images: set)
  }

  private func path(_ file: String, in folder: String) throws -> String {
    guard let path = Self.file(file, in: folder) else {
      throw FileError(
        .missing, path: "\(folder)/\(file)", expected: "all four files of \(name)",
        found: "some of them", hints: installation,
        searched: ["\(folder)/\(file)", "\(folder)/\(file).gz"])
    }
    return path
  }
}
