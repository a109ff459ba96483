/// Where the reference keeps the embeddings that its configurations name, below one folder.
enum Representation {
  /// The data set's own embedding, found by `load` alone; or two files to be named; or nothing that
  /// is known.
  enum Found: Equatable {
    case ownDefault
    case files(train: String, test: String)
    case unknown
  }

  static func find(_ name: String, for dataset: String) -> Found {
    if own[dataset] == name.lowercased() { return .ownDefault }
    guard let (train, test) = files["\(base(dataset)) \(name.lowercased())"] else {
      return .unknown
    }
    return .files(train: train, test: test)
  }

  private static func base(_ dataset: String) -> String {
    dataset == "cifar100n" ? "cifar100" : dataset
  }

  private static let own = [
    "cifar10": "simclr", "cifar10n": "simclr", "imbalanced_cifar10": "simclr",
    "cifar100": "simclr", "cifar100n": "simclr", "imbalanced_cifar100": "simclr",
    "tinyimagenet": "simclr", "imagenet50": "dinov2",
  ]

  private static let files: [String: (String, String)] = [
    "cifar100 mocov2plus": ("cifar-100_mocov2plus/train.npy", "cifar-100_mocov2plus/test.npy"),
    "cifar100 barlow_twins": (
      "cifar-100_barlow_twins/train.npy", "cifar-100_barlow_twins/test.npy"
    ),
    "cifar100 byol": ("cifar-100_BYOL/train_features.npy", "cifar-100_BYOL/test_features.npy"),
    "cifar100 dino": ("cifar-100_dino/train_features.pth", "cifar-100_dino/test_features.pth"),
    "imagenet50 dinov2_small": (
      "imagenet50_dinov2_vits14_reg_pretrained/imagenet50_train_features.pth",
      "imagenet50_dinov2_vits14_reg_pretrained/imagenet50_test_features.pth"
    ),
    "imagenet50 dinov2_small_hf": (
      "imagenet50_dinov2-small-imagenet1k-1-layer_pretrained/imagenet50_train_features.pth",
      "imagenet50_dinov2-small-imagenet1k-1-layer_pretrained/imagenet50_test_features.pth"
    ),
    "clothing1m dinov2_small": (
      "clothing1m_dinov2_vits14_reg_pretrained/clothing1m_train_features.pth",
      "clothing1m_dinov2_vits14_reg_pretrained/clothing1m_test_features.pth"
    ),
    "food101n dinov2_small": (
      "food101n_dinov2_vits14_reg_pretrained/food101n_train_features.pth",
      "food101n_dinov2_vits14_reg_pretrained/food101n_test_features.pth"
    ),
    "webvision_flickr dinov2_small": (
      "webvision_dinov2_vits14_reg_pretrained/mini_webvision_flickr_train_features.pth",
      "webvision_dinov2_vits14_reg_pretrained/webvision_test_features.pth"
    ),
    "webvision_google dinov2_small": (
      "webvision_dinov2_vits14_reg_pretrained/mini_webvision_google_train_features.pth",
      "webvision_dinov2_vits14_reg_pretrained/webvision_test_features.pth"
    ),
    "clothing1m dinov2_base": (
      "clothing1m_dinov2_vitb14_reg_pretrained/clothing1m_train_features.pth",
      "clothing1m_dinov2_vitb14_reg_pretrained/clothing1m_test_features.pth"
    ),
  ]
}
