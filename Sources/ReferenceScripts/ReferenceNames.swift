/// What the reference's names mean here.
enum ReferenceNames {
  static let datasets = NameTable<ReferenceDataset>([
    (["CIFAR10"], ReferenceDataset("cifar10", classes: 10, human: cifar10Labels)),
    (["CIFAR10N"], ReferenceDataset("cifar10n", classes: 10, human: cifar10Labels)),
    (["CIFAR100"], ReferenceDataset("cifar100", classes: 100, human: cifar100Labels, probe: true)),
    (["CIFAR100N"], ReferenceDataset("cifar100n", classes: 100, human: cifar100Labels)),
    (["MNIST"], ReferenceDataset("mnist", classes: 10, flips: false)),
    (["SVHN"], ReferenceDataset("svhn", classes: 10, flips: false)),
    (["TINYIMAGENET"], ReferenceDataset("tinyimagenet", classes: 200)),
    (["IMBALANCED_CIFAR10"], ReferenceDataset("imbalanced_cifar10", classes: 10)),
    (["IMBALANCED_CIFAR100"], ReferenceDataset("imbalanced_cifar100", classes: 100)),
    (["IMAGENET50"], ReferenceDataset("imagenet50", classes: 50, probe: true)),
    (["IMAGENET100"], ReferenceDataset("imagenet100", classes: 100, isLarge: true, probe: true)),
    (["IMAGENET200"], ReferenceDataset("imagenet200", classes: 200, isLarge: true, probe: true)),
    (["CLOTHING1M"], ReferenceDataset("clothing1m", classes: 14, isLarge: true, isNoisy: true)),
    (["FOOD101N"], ReferenceDataset("food101n", classes: 101, isNoisy: true)),
    (["MINIWEBVISION_FLICKR"], ReferenceDataset("webvision_flickr", classes: 50, isNoisy: true)),
    (["MINIWEBVISION_GOOGLE"], ReferenceDataset("webvision_google", classes: 50, isNoisy: true)),
    (["STL10"], ReferenceDataset("stl10", classes: 10)),
  ])

  private static let cifar10Labels = [
    "worse_label", "aggre_label", "random_label1", "random_label2", "random_label3",
  ]
  private static let cifar100Labels = ["noisy_label"]

  static let strategies = NameTable<ReferenceStrategy>([
    (["random", "random2", "uniform"], ReferenceStrategy("random")),
    (["uncertainty", "least_confident"], ReferenceStrategy("uncertainty")),
    (["margin"], ReferenceStrategy("margin")),
    (["entropy"], ReferenceStrategy("entropy")),
    (["coreset"], ReferenceStrategy("coreset")),
    (["coreset_nas"], ReferenceStrategy("coreset_nas", isNoiseAware: true)),
    (["badge"], ReferenceStrategy("badge")),
    (["bald"], ReferenceStrategy("bald", isDropout: true)),
    (["dbal"], ReferenceStrategy("dbal", isDropout: true)),
    (["ensemble_var_R"], ReferenceStrategy("ensemble_var_r")),
    (["typiclust", "typiclust_rp"], ReferenceStrategy("typiclust")),
    (
      ["probcover", "prob_cover"], ReferenceStrategy("probcover", radius: "delta", schedules: true)
    ),
    (["dcom"], ReferenceStrategy("dcom", radius: "delta")),
    (["maxherding", "max_herding"], ReferenceStrategy("maxherding", radius: "sigma")),
    (["direct"], ReferenceStrategy("direct")),
    (["vaal"], ReferenceStrategy("vaal")),
    (
      ["npc", "probcover_nas"],
      ReferenceStrategy("npc", radius: "delta", schedules: true, isNoiseAware: true)
    ),
    (
      ["weighted_npc"],
      ReferenceStrategy("weighted_npc", radius: "delta", schedules: true, isNoiseAware: true)
    ),
    (
      ["maxherding_nas", "max_herding_nas"],
      ReferenceStrategy("maxherding_nas", radius: "sigma", isNoiseAware: true)
    ),
    (["uherding"], ReferenceStrategy("uherding")),
  ])

  static let filters = NameTable<String>([
    (["ideal", "oracle"], "ideal"), (["aum", "lowbudgetaum"], "aum"),
    (["cv", "crossvalidation"], "cv"), (["knn"], "knn"), (["centroids"], "centroids"),
    (["fine"], "fine"), (["disagreenet"], "disagreenet"), (["map"], "map"), (["imcod"], "imcod"),
    (["dbscan"], "dbscan"), (["cl", "cleanlab"], "cl"), (["none", "keep_all"], "none"),
  ])

  static let models = NameTable<String>(
    (["linear", "1nn"] + [
      "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d",
      "resnext101_32x8d", "wide_resnet50_2", "wide_resnet101_2", "vgg11", "vgg11_bn", "vgg13",
      "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn", "alexnet",
    ]).map { ([$0], $0) })

  static let schedules = NameTable<String>(
    [
      "constant", "linear_descent", "exponential_descent", "max_std", "max_std_smaller",
      "max_entropy", "max_entropy_smaller", "max_support_size_take_max",
      "max_support_size_take_min", "max_deg_after_lt_2_take_min", "max_deg_after_lt_3_take_min",
      "max_deg_after_lt_4_take_min",
    ].map { ([$0], $0) })

  static let softenings = NameTable<String>([
    (["average"], "average"), (["improvement_proportion", "improvement"], "improvement"),
    (["none"], "none"),
  ])

  static let metrics = NameTable<String>([(["l2", "euclidean"], "l2"), (["cosine"], "cosine")])

  static let noises = NameTable<String>([
    (["sym"], "sym"), (["asym"], "asym"), (["clean_label", "clean"], "clean_label"),
    (["noisy_label", "noisy"], "noisy_label"), (["worse_label", "worse", "worst"], "worse_label"),
    (["aggre_label", "aggre"], "aggre_label"), (["random_label1", "rand1"], "random_label1"),
    (["random_label2", "rand2"], "random_label2"), (["random_label3", "rand3"], "random_label3"),
  ])

  static let rates = NameTable<String>([
    (["cos"], "cos"), (["steps"], "steps"), (["exp"], "exp"), (["lin"], "lin"),
    (["none"], "none"),
  ])
}

/// A data set of the reference.
struct ReferenceDataset: Sendable {
  /// As `load` knows it.
  let name: String
  let classes: Int
  /// Kinds of human labels there are.
  let human: [String]
  /// Whether the pool is larger than what the reference's representation-based strategies take.
  let isLarge: Bool
  /// Whether its training labels come wrong.
  let isNoisy: Bool
  /// Whether its asymmetric noise follows the confusion matrix of a short training.
  let probe: Bool
  /// Whether images are flipped in training unless the user says otherwise.
  let flips: Bool

  init(
    _ name: String, classes: Int, human: [String] = [], isLarge: Bool = false,
    isNoisy: Bool = false, probe: Bool = false, flips: Bool = true
  ) {
    self.name = name
    self.classes = classes
    self.human = human
    self.isLarge = isLarge
    self.isNoisy = isNoisy
    self.probe = probe
    self.flips = flips
  }
}

/// A query strategy of the reference.
struct ReferenceStrategy: Sendable {
  /// As `query` knows it.
  let name: String
  /// The option that the reference's initial delta becomes; nil where it has no meaning.
  let radius: String?
  /// Whether the radius may change between picks.
  let schedules: Bool
  let isNoiseAware: Bool
  /// Whether it averages passes with dropout.
  let isDropout: Bool
  /// Whether the reference has it select by the embedding alone, in a limited pool.
  var isRepresentationBased: Bool { radius != nil }

  init(
    _ name: String, radius: String? = nil, schedules: Bool = false, isNoiseAware: Bool = false,
    isDropout: Bool = false
  ) {
    self.name = name
    self.radius = radius
    self.schedules = schedules
    self.isNoiseAware = isNoiseAware
    self.isDropout = isDropout
  }
}
