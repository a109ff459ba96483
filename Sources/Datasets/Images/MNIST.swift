/// MNIST: 60,000 + 10,000 grey images of handwritten digits, 28 × 28, ten classes (LeCun, Bottou,
/// Bengio and Haffner 1998).
package enum MNIST {
  /// One name per class.
  package static let classNames = (0...9).map(String.init)
  /// The embedding where none is asked for.
  package static let defaultFeatures = FeatureSource.pca(50)

  /// - Parameter path: the folder of the files; without it the data directories are searched.
  /// - Throws: `FileError` that lists the places looked at and how to get the files.
  package static func load(from directories: DataDirectories, path: String? = nil) throws -> Dataset
  {
    try files.load(from: directories, path: path)
  }

  private static let files = IDXDataset(
    name: "mnist", classNames: classNames, folders: ["mnist", "MNIST/raw", "MNIST", "mnist/raw"],
    installation: ["load mnist download=true"])
}
