/// CIFAR-10: 50,000 + 10,000 colour images of things and animals, 32 × 32, ten classes (Krizhevsky
/// 2009, Learning multiple layers of features from tiny images).
package enum CIFAR10 {
  /// One name per class, as its files have them.
  package static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Loads the python or the binary version, whichever lies there; the python version where both
  /// do.
  /// - Parameter path: the folder of the files or the one above it; without it the data directories
  ///   are searched.
  /// - Throws: `FileError` that lists the places looked at, or names what is wrong in a file;
  ///   `Interrupted`.
  package static func load(from directories: DataDirectories, path: String? = nil) throws -> Dataset
  {
    try files.load(from: directories, path: path)
  }

  private static let files = CIFARFiles(
    name: "cifar10", classes: .ten, trainingCount: 50_000, testCount: 10_000,
    python: CIFARFiles.Layout(
      folder: "cifar-10-batches-py", training: (1...5).map { "data_batch_\($0)" },
      test: "test_batch", names: ["batches.meta"],
      digests: [
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
        "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
      ]),
    binary: CIFARFiles.Layout(
      folder: "cifar-10-batches-bin", training: (1...5).map { "data_batch_\($0).bin" },
      test: "test_batch.bin", names: ["batches.meta.txt"]))
}
