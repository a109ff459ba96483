/// CIFAR-100: 50,000 + 10,000 colour images of things and animals, 32 × 32, a hundred classes in
/// twenty superclasses (Krizhevsky 2009, Learning multiple layers of features from tiny images).
package enum CIFAR100 {
  /// Loads the python or the binary version, whichever lies there; the python version where both
  /// do. Labels are the fine ones; `superclasses` has the coarse class of each, or
  /// `Examples.unknown` for a class that occurs in no training image.
  /// - Parameter path: the folder of the files or the one above it; without it the data directories
  ///   are searched.
  /// - Throws: `FileError` that lists the places looked at, or names what is wrong in a file;
  ///   `Interrupted`.
  package static func load(from directories: DataDirectories, path: String? = nil) throws -> Dataset
  {
    try files.load(from: directories, path: path)
  }

  private static let files = CIFARFiles(
    name: "cifar100", classes: .hundred, trainingCount: 50_000, testCount: 10_000,
    python: CIFARFiles.Layout(
      folder: "cifar-100-python", training: ["train"], test: "test", names: ["meta"],
      digests: [
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
        "meta": "7973b15100ade9c7d40fb424638fde48",
      ]),
    binary: CIFARFiles.Layout(
      folder: "cifar-100-binary", training: ["train.bin"], test: "test.bin",
      names: ["fine_label_names.txt", "coarse_label_names.txt"]))
}
