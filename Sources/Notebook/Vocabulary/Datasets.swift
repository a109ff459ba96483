import Datasets

extension Vocabulary {
  /// The data sets.
  static let datasets: [Row<DatasetImplementation>] = [
    Row(
      Entry(
        .dataset, "digits",
        "1,797 grey images of handwritten digits, 8 by 8, built in: 1,297 train, 500 test",
        details: """
          Stratified split without chance: with rows stably sorted by label, the row of rank r is a
          test row iff floor((r+1)*500/1797) > floor(r*500/1797). Features: pca:32.
          """,
        citation: """
          E. Alpaydin, C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine \
          Learning Repository, doi 10.24432/C50P49; via scikit-learn (BSD-3)
          """,
        examples: ["load digits", "load digits features=pca:10 metric=cosine"]),
      DatasetImplementation(
        features: Digits.defaultFeatures, open: { _, _ in try Digits.load() },
        delta: { $0 == "pca:32" ? 0.68 : nil })),
    Row(
      Entry(
        .dataset, "fashion_mnist", aliases: ["fashion-mnist", "fashionmnist"],
        "60,000 and 10,000 grey images of clothes, 28 by 28; Debian's dataset-fashion-mnist",
        details: "IDX files, plain or gzip, from a data directory or path=. Features: pca:50.",
        citation: "Xiao, Rasul, Vollgraf (2017), Fashion-MNIST, arXiv 1708.07747 (MIT)"),
      DatasetImplementation(
        features: FashionMNIST.defaultFeatures,
        open: { arguments, directories in
          try FashionMNIST.load(from: directories, path: arguments.text("path"))
        },
        delta: { _ in nil })),
    Row(
      Entry(
        .dataset, "arrays", "anyone's own features and labels, from NumPy files",
        parameters: [
          .option(
            "features", .file, default: .required,
            ".npy or FILE.npz:key, N rows; any numeric type, order and format version"),
          .option(
            "labels", .file, default: .required, ".npy, FILE.npz:key, .csv or .txt, N labels"),
          .option("test_features", .file, default: .absent, "rows of the test split"),
          .option("test_labels", .file, default: .absent, "labels of the test split"),
        ],
        details: "Classes are 0 … the largest label. Arrays of rank above 2 are flattened per row.",
        examples: [
          "load arrays features=features.npy labels=labels.npy\nquery random 2",
          "load arrays features=data.npz:train labels=data.npz:labels\nquery probcover 2 delta=0.5",
        ]),
      DatasetImplementation(
        features: nil,
        open: { arguments, _ in
          try ArrayDataset(
            features: arguments.text("features") ?? "", labels: arguments.text("labels") ?? "",
            testFeatures: arguments.text("test_features"),
            testLabels: arguments.text("test_labels")
          ).load()
        },
        delta: { _ in nil })),
    Row(
      Entry(
        .dataset, "blobs", "Gaussian clusters, one per class, as many and as hard as wanted",
        parameters: [
          .option("samples", .integer(1...1 << 26), default: .value("1000"), "training samples"),
          .option("test", .integer(0...1 << 26), default: .value("500"), "test samples"),
          .option("classes", .integer(1...10_000), default: .value("4"), "clusters"),
          .option("dimensions", .integer(1...1 << 20), default: .value("2"), "features"),
          .option(
            "spread", .number(.closed(0, 1e6)), default: .value("1"),
            "standard deviation of each coordinate within a cluster"),
          .option(
            "box", .number(.closed(0, 1e6)), default: .value("10"),
            "centres are uniform in [-box, box] in each coordinate"),
          .option("seed", .integer(0...Int.max), default: .value("0"), "of the data alone"),
        ],
        details: "Its seed is its own: the session's seed changes the noise, not the data.",
        examples: [
          "load blobs", "load blobs samples=200 classes=3 normalization=none\nquery random 10",
        ]),
      DatasetImplementation(
        features: nil, open: { arguments, _ in try blobs(arguments).make() }, delta: { _ in nil })),
  ]

  private static func blobs(_ arguments: Arguments) -> Blobs {
    var blobs = Blobs()
    blobs.samples = arguments.integer("samples") ?? blobs.samples
    blobs.test = arguments.integer("test") ?? blobs.test
    blobs.classes = arguments.integer("classes") ?? blobs.classes
    blobs.dimensions = arguments.integer("dimensions") ?? blobs.dimensions
    blobs.spread = arguments.number("spread") ?? blobs.spread
    blobs.box = arguments.number("box") ?? blobs.box
    blobs.seed = arguments.integer("seed") ?? blobs.seed
    return blobs
  }
}
