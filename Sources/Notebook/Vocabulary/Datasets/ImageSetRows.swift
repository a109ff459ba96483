import CommandLanguage
import Datasets

/// Data sets of images in a few files.
extension Vocabulary {
  static let mnist = Row(
    Entry(
      .dataset, "mnist", "60,000 and 10,000 grey images of handwritten digits, 28 by 28",
      details: "IDX files, plain or gzip, from a data directory or path=. Features: pca:50.",
      citation: """
        LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to \
        document recognition
        """,
      examples: ["load mnist", "load mnist subset=500\nnoise sym 0.5\nquery npc 20 delta=0.5"]),
    DatasetImplementation(
      embedding: .computed(.pca(50)),
      open: { arguments, directories in
        try MNIST.load(from: directories, path: arguments.text("path"))
      },
      download: "mnist", classNames: (0...9).map(String.init)))

  static let fashionMNIST = Row(
    Entry(
      .dataset, "fashion_mnist", aliases: ["fashion-mnist", "fashionmnist"],
      "60,000 and 10,000 grey images of clothes, 28 by 28; Debian's dataset-fashion-mnist",
      details: "IDX files, plain or gzip, from a data directory or path=. Features: pca:50.",
      citation: "Xiao, Rasul, Vollgraf (2017), Fashion-MNIST, arXiv 1708.07747 (MIT)",
      examples: ["load fashion_mnist", "load fashion_mnist imbalance=exp:0.1\nquery random 20"]),
    DatasetImplementation(
      embedding: .computed(FashionMNIST.defaultFeatures),
      open: { arguments, directories in
        try FashionMNIST.load(from: directories, path: arguments.text("path"))
      },
      download: "fashion_mnist", classNames: FashionMNIST.classNames))

  static let svhn = Row(
    Entry(
      .dataset, "svhn", "73,257 and 26,032 house numbers in colour, 32 by 32",
      details: """
        train_32x32.mat and test_32x32.mat (MATLAB level 5) from a data directory or path=; the
        label 10 stands for the digit 0. Features: pca:50, or a file.
        """,
      citation: """
        Netzer, Wang, Coates, Bissacco, Wu, Ng (2011), Reading digits in natural images \
        with unsupervised feature learning
        """,
      examples: ["load svhn", "load svhn\nnoise sym 0.2\nquery random 10"]),
    DatasetImplementation(
      embedding: .computed(.pca(50)),
      open: { arguments, directories in
        try SVHN.load(from: directories, path: arguments.text("path"))
      },
      download: "svhn", classNames: (0...9).map(String.init)))

  static let stl10 = Row(
    Entry(
      .dataset, "stl10",
      "5,000 and 8,000 images in colour, 96 by 96, ten classes",
      details: """
        train_X.bin, train_y.bin, test_X.bin, test_y.bin and class_names.txt from a data directory
        or path=; the unlabeled images are not used. Features: pca:50, or a file.
        """,
      citation: """
        Coates, Lee, Ng (2011), An analysis of single-layer networks in unsupervised \
        feature learning
        """,
      examples: ["load stl10", "load stl10\nquery probcover 10 delta=0.6"]),
    DatasetImplementation(
      embedding: .computed(.pca(50)),
      open: { arguments, directories in
        try STL10.load(from: directories, path: arguments.text("path"))
      },
      download: "stl10"))

  /// Whether a features file is the embedding by SimCLR to which a known good radius belongs, as far
  /// as its name tells: its own last part may name another method, and no part another data set.
  static func isSimCLR(_ features: String, of dataset: String) -> Bool {
    let path = Spelling.normalised(features)
    let file = Spelling.normalised(features.split(separator: "/").last.map(String.init) ?? "")
    let others = ["moco", "byol", "barlow", "dino", "swav", "vicreg", "mae", "clip", "supcon"]
    let sets = ["cifar100", "cifar10", "tinyimagenet", "imagenet", "stl10", "svhn"]
    let named = sets.first { path.contains($0) }
    return path.contains("simclr") && !others.contains(where: file.contains)
      && (named == nil || named == dataset)
  }
}
