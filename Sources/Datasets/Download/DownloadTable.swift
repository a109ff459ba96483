extension Download {
  /// What can be downloaded, by the names that `load` takes.
  ///
  /// Addresses are the authors' own, or where those are gone (MNIST) the copy that most programs
  /// use. Sizes and SHA-256 are those of TensorFlow Datasets' list of checksums; the MD5 of CIFAR
  /// stand on its page (www.cs.toronto.edu/~kriz/cifar.html).
  static let table: [(name: String, files: [RemoteFile])] = [
    ("mnist", mnist), ("fashion_mnist", fashionMNIST), ("cifar10", cifar10),
    ("cifar100", cifar100), ("svhn", svhn), ("stl10", stl10),
    ("cifar10n", cifar10 + [humanLabels("CIFAR-10_human.pt")]),
    ("cifar100n", cifar100 + [humanLabels("CIFAR-100_human.pt")]),
  ]

  private static let mnist = [
    idx(
      "train-images", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    idx(
      "train-labels", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    idx(
      "t10k-images", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    idx("t10k-labels", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
  ]

  private static let fashionMNIST = [
    fashion(
      "train-images", 26_421_880,
      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    fashion(
      "train-labels", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    fashion(
      "t10k-images", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    fashion(
      "t10k-labels", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
  ]

  private static let cifar10 = [
    RemoteFile(
      "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz", folder: "cifar10",
      size: 170_498_071, .md5("c58f30108f718f92721af3b95e74349a"),
      .archive(
        members: [
          "data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5",
          "test_batch", "batches.meta",
        ].map { "cifar-10-batches-py/" + $0 }))
  ]

  private static let cifar100 = [
    RemoteFile(
      "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz", folder: "cifar100",
      size: 169_001_437, .md5("eb9058c3a382ffc7106e4002c42a8d85"),
      .archive(members: ["train", "test", "meta"].map { "cifar-100-python/" + $0 }))
  ]

  private static let svhn = [
    houseNumbers(
      "train", 182_040_794, "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"),
    houseNumbers(
      "test", 64_275_384, "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"),
  ]

  private static let stl10 = [
    RemoteFile(
      "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz", folder: "stl10",
      size: 2_640_397_119,
      .sha256("f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866"),
      .archive(
        members: [
          "train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "class_names.txt",
        ].map { "stl10_binary/" + $0 }))
  ]

  private static func humanLabels(_ name: String) -> RemoteFile {
    RemoteFile(
      "https://github.com/UCSC-REAL/cifar-10-100n/raw/main/data/\(name)", folder: "cifar-n",
      size: nil, nil, .file("cifar-n/\(name)"),
      notice: "\(name): its authors' licence is CC BY-NC 4.0, no commercial use")
  }

  private static func houseNumbers(_ part: String, _ size: Int, _ digest: String) -> RemoteFile {
    RemoteFile(
      "http://ufldl.stanford.edu/housenumbers/\(part)_32x32.mat", folder: "svhn", size: size,
      .sha256(digest), .file("svhn/\(part)_32x32.mat"))
  }

  private static func idx(_ part: String, _ size: Int, _ digest: String) -> RemoteFile {
    idx(
      part, of: "https://ossci-datasets.s3.amazonaws.com/mnist", in: "mnist",
      below: "mnist", size, digest)
  }

  private static func fashion(_ part: String, _ size: Int, _ digest: String) -> RemoteFile {
    idx(
      part, of: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com", in: "fashion-mnist",
      below: "fashion_mnist", size, digest)
  }

  private static func idx(
    _ part: String, of host: String, in target: String, below folder: String, _ size: Int,
    _ digest: String
  ) -> RemoteFile {
    let name = "\(part)-idx\(part.hasSuffix("images") ? 3 : 1)-ubyte.gz"
    return RemoteFile(
      "\(host)/\(name)", folder: folder, size: size, .sha256(digest), .file("\(target)/\(name)"))
  }
}
