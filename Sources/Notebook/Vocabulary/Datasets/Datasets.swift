extension Vocabulary {
  /// The data sets, those that are always there first.
  static let datasets: [Row<DatasetImplementation>] =
    [digits, blobs, arrays, mnist, fashionMNIST] + cifar + [svhn, stl10] + folders + noisySets
}
