import Datasets

extension Vocabulary {
  static let digits = Row(
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
      embedding: .computed(Digits.defaultFeatures), open: { _, _ in try Digits.load() },
      delta: { features, _ in features == "pca:32" ? 0.68 : nil }, hasFiles: false))

  static let blobs = Row(
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
      embedding: .brought, open: { arguments, _ in try blobs(arguments).make() }, hasFiles: false))

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
