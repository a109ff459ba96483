import Datasets

/// CIFAR in its forms: whole, imbalanced, and with labels from people.
extension Vocabulary {
  static let cifar: [Row<DatasetImplementation>] = [
    Row(
      Entry(
        .dataset, "cifar10",
        aliases: [
          Entry.Alias("imbalanced_cifar10", presets: [("imbalance", "exp:0.02")])
        ],
        "50,000 and 10,000 images in colour, 32 by 32, ten classes", details: cifarFiles,
        citation: krizhevsky,
        examples: [
          "load cifar10",
          "load imbalanced_cifar10 features=pca:20\nnoise sym 0.5\nquery npc 20 delta=0.5",
        ]),
      cifar10()),
    Row(
      Entry(
        .dataset, "cifar100",
        aliases: [
          Entry.Alias("imbalanced_cifar100", presets: [("imbalance", "exp:0.02")])
        ],
        "50,000 and 10,000 images in colour, 32 by 32, a hundred classes", details: cifarFiles,
        citation: krizhevsky,
        examples: [
          "load cifar100\nnoise sym 0.5\nquery random 20",
          "load cifar100 features=pca:20\nquery probcover 20 delta=0.5",
        ]),
      cifar100()),
    Row(
      Entry(
        .dataset, "cifar10n",
        "CIFAR-10 with noise human worse_label: what people really answered",
        details: cifarFiles + humanFiles, citation: wei,
        examples: [
          "load cifar10n\nshow noise",
          "load cifar10n features=pca:20\nquery npc 20 delta=0.5\nfilter aum",
        ]),
      cifar10(noise: "human worse_label")),
    Row(
      Entry(
        .dataset, "cifar100n",
        "CIFAR-100 with noise human noisy_label: what people really answered",
        details: cifarFiles + humanFiles, citation: wei,
        examples: [
          "load cifar100n\nquery random 20",
          "load cifar100n\nnoise human clean_label\nquery random 20",
        ]),
      cifar100(noise: "human noisy_label")),
  ]

  private static let krizhevsky =
    "Krizhevsky (2009), Learning multiple layers of features from tiny images"
  private static let wei =
    "Wei, Zhu, Cheng, Liu, Niu, Liu (2022), Learning with noisy labels revisited, arXiv 2110.12088"

  private static let cifarFiles = """
    The python or the binary version, told apart by what lies in a data directory or in path=. No
    embedding comes with it: one by SimCLR is looked for under the name that the error gives, any
    other is named by features=.
    """

  private static let humanFiles = """

    The labels are in CIFAR-10_human.pt and CIFAR-100_human.pt, which their authors give for
    non-commercial use (CC BY-NC 4.0).
    """

  private static func cifar10(noise: String? = nil) -> DatasetImplementation {
    DatasetImplementation(
      embedding: .expected(
        ExpectedFeatures(
          name: "SimCLR, 512 values a row", train: "cifar-10_simclr/pretext/features_seed1.npy",
          test: "cifar-10_simclr/pretext/test_features_seed1.npy")),
      open: { arguments, directories in
        try CIFAR10.load(from: directories, path: arguments.text("path"))
      },
      delta: { features, dimensions in
        isSimCLR(features, of: "cifar10") && dimensions == 512 ? 0.75 : nil
      },
      download: noise == nil ? "cifar10" : "cifar10n", classNames: CIFAR10.classNames,
      noise: noise, training: TrainingDefaults(batch: 100, imbalancedBatch: 96))
  }

  private static func cifar100(noise: String? = nil) -> DatasetImplementation {
    DatasetImplementation(
      embedding: .expected(
        ExpectedFeatures(
          name: "SimCLR, 512 values a row", train: "cifar-100_simclr/cifar100_simclr_train.npy",
          test: "cifar-100_simclr/cifar100_simclr_test.npy")),
      open: { arguments, directories in
        try CIFAR100.load(from: directories, path: arguments.text("path"))
      },
      delta: { features, dimensions in
        isSimCLR(features, of: "cifar100") && dimensions == 512 ? 0.65 : nil
      },
      download: noise == nil ? "cifar100" : "cifar100n",
      classNames: (0..<100).map(String.init), noise: noise,
      training: TrainingDefaults(batch: 100, imbalancedBatch: 96))
  }
}
