/// Fashion-MNIST: 60,000 + 10,000 grey images of clothes, 28 × 28, ten classes (Xiao, Rasul and
/// Vollgraf 2017, 1708.07747). Debian has all of it in one package.
package enum FashionMNIST {
  /// One name per class.
  package static let classNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]
  /// The embedding where none is asked for.
  package static let defaultFeatures = FeatureSource.pca(50)

  /// - Parameter path: the folder of the files; without it the data directories are searched.
  /// - Throws: `FileError` that lists the places looked at and the command that installs it.
  package static func load(from directories: DataDirectories, path: String? = nil) throws -> Dataset
  {
    try files.load(from: directories, path: path)
  }

  private static let files = IDXDataset(
    name: "fashion_mnist", classNames: classNames,
    folders: [
      "fashion-mnist", "fashion_mnist", "FashionMNIST/raw", "FashionMNIST", "fashion-mnist/raw",
    ],
    installation: [
      "apt-get install dataset-fashion-mnist", "load fashion_mnist download=true",
    ])
}
