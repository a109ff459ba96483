import Datasets
import Glibc

/// A reader of files, what it reads when all is well, and how all of it is made to work.
struct Reader: Sendable {
  let name: String
  let seeds: @Sendable (SeedFolders) -> [Seed]
  /// Reads what lies in `folder`; `file` is the path of the file that is damaged.
  let read: @Sendable (_ folder: String, _ file: String) throws -> Void

  static let nowhere = DataDirectories(paths: [])

  static let all = arrays + pickles + imageSets + imageFiles + folders + sessions

  /// Readers that do what none may do, to see that it is seen.
  static let faulty = [
    Reader(name: "trap", seeds: { _ in Synthetic.labels }, read: { _, _ in fatalError("a trap") }),
    Reader(
      name: "hang", seeds: { _ in Synthetic.labels },
      read: { _, file in while access(file, F_OK) == 0 { usleep(1000) } }),
    Reader(
      name: "greed", seeds: { _ in Synthetic.labels },
      read: { _, _ in
        let bytes = [UInt8](repeating: 1, count: 1 << 40)
        precondition(bytes.count > 0)
      }),
  ]

  private static let arrays = [
    Reader(
      name: "npy", seeds: { $0.files(".npy") }, read: { _, file in try everyArray(in: file) }),
    Reader(
      name: "torch",
      seeds: {
        $0.files(".pt", packing: .zip) + $0.files(".pth") + $0.files(".pth", packing: .zip)
      },
      read: { _, file in try everyArray(in: file) }),
    Reader(
      name: "npz", seeds: { $0.files(".npz", packing: .zip) },
      read: { _, file in
        let archive = try NumpyArchive(file)
        for key in archive.keys.prefix(8) { try numbers(archive.array(key)) }
      }),
    Reader(
      name: "labels", seeds: { _ in Synthetic.labels },
      read: { _, file in _ = try LabelFile.read(file) }),
  ]

  private static let pickles = [
    Reader(
      name: "pickle",
      seeds: {
        $0.files("data_batch_1", "batches.meta", "meta", "test", ".pkl")
      },
      read: { _, file in _ = try Pickle.read(file) })
  ]

  private static let imageSets = [
    Reader(
      name: "idx", seeds: { _ in Synthetic.idx },
      read: { folder, _ in try use(MNIST.load(from: nowhere, path: folder)) }),
    Reader(
      name: "mat",
      seeds: {
        $0.folders("plain", ".mat") + $0.folders("plain", ".mat", packing: .matlab)
          + $0.folders("packed", ".mat")
      },
      read: { folder, _ in try use(SVHN.load(from: nowhere, path: folder)) }),
    Reader(
      name: "stl10", seeds: { _ in Synthetic.stl10 },
      read: { folder, _ in try use(STL10.load(from: nowhere, path: folder)) }),
    Reader(
      name: "cifar python",
      seeds: {
        $0.folders("cifar-10-batches-py", "batches.meta", "_1", "_2", "_3", "_4", "_5", "_batch")
          + $0.folders("cifar-100-python", "train", "test", "meta")
      },
      read: cifar),
    Reader(
      name: "human labels",
      seeds: {
        $0.files("_human.pt", "_torch2.pt", "_older.pt", packing: .zip) + $0.files("_ordered.npy")
      },
      read: { _, file in
        // The true labels are those that the file itself has: then the rest of it is read, too.
        let truth = try LabelFile.read(file + ":clean_label")
        let classes = file.contains("CIFAR-100") ? 100 : 10
        for kind in HumanLabels.kinds(classes: classes) {
          let labels = try HumanLabels.read(
            kind: kind, classes: classes, labels: truth, from: nowhere, file: file)
          precondition(labels.count == truth.count && labels.allSatisfy { $0 < classes })
        }
      }),
    Reader(
      name: "cifar binary",
      seeds: {
        $0.folders("cifar-10-batches-bin", ".bin", ".txt")
          + $0.folders("cifar-100-binary", ".bin", ".txt")
      },
      read: cifar),
  ]

  private static let imageFiles = [
    Reader(
      name: "jpeg", seeds: { $0.files(".jpg", ".JPEG", ".jpeg") },
      read: { _, file in
        _ = try ImageFile.size(file)
        _ = try ImageFile.read(file)
      }),
    Reader(
      name: "png", seeds: { $0.files(".png", packing: .png) },
      read: { _, file in
        _ = try ImageFile.size(file)
        _ = try ImageFile.read(file)
      }),
  ]

  private static let folders = [
    Reader(
      name: "tiny-imagenet",
      seeds: {
        $0.folders("tiny-imagenet-digits", ".txt", ".JPEG", damaging: [".txt"])
      },
      read: { folder, _ in try use(TinyImageNet.load(from: nowhere, path: folder)) }),
    Reader(
      name: "image folder", seeds: { Synthetic.imageFolder($0) },
      read: { folder, _ in
        let set = try ImageFolder.load(path: folder)
        try use(set)
        _ = try set.train.images?.bytes()
      }),
    Reader(
      name: "imagenet list", seeds: { Synthetic.imageNet($0) },
      read: { folder, file in
        try use(
          ImageNetSubset.load(50, from: nowhere, path: folder, classes: folder + "/classes.txt"))
      }),
    Reader(
      name: "clothing1m", seeds: { _ in Synthetic.clothing1M },
      read: { folder, _ in try use(Clothing1M.load(from: nowhere, path: folder)) }),
    Reader(
      name: "food101n", seeds: { _ in Synthetic.food101N },
      read: { folder, _ in
        for pool in Food101N.Pool.allCases {
          try use(Food101N.load(from: nowhere, path: folder, pool: pool))
        }
      }),
    Reader(
      name: "webvision", seeds: { _ in Synthetic.webVision },
      read: { folder, _ in try use(WebVision.load(.google, from: nowhere, path: folder)) }),
    Reader(
      name: "reference run", seeds: { $0.folders("reference-run", ".npy", ".yaml") },
      read: { folder, _ in _ = try ReferenceRun(folder) }),
  ]

  @Sendable private static func cifar(_ folder: String, _ file: String) throws {
    if folder.contains("cifar-100") {
      try use(CIFAR100.load(from: nowhere, path: folder))
    } else {
      try use(CIFAR10.load(from: nowhere, path: folder))
    }
  }

  /// Reads the only array of a file, or where keys are needed those that the error offers.
  private static func everyArray(in file: String) throws {
    do {
      try numbers(StoredArray(file))
    } catch let error as FileError {
      let offer = "one of its arrays: "
      guard error.expected.hasPrefix(offer) else { throw error }
      let keys = error.expected.dropFirst(offer.count).split(separator: ", ")
      for key in keys.prefix(6) where key != "…" { try numbers(StoredArray("\(file):\(key)")) }
    }
  }

  /// Reads the array in every way in which arrays are read; one of them has to do.
  private static func numbers(_ array: StoredArray) throws {
    try useOtherwise(array)
    if array.type.kind == .text { _ = try array.strings() } else { _ = try array.doubles() }
  }

  /// As features and as labels, which the array need not be.
  private static func useOtherwise(_ array: StoredArray) throws {
    do { _ = try array.matrix() } catch is FileError {}
    do { _ = try array.integers() } catch is FileError {}
    do { _ = try array.strings() } catch is FileError {}
  }

  /// Looks at all of a data set but the images in files of their own.
  private static func use(_ set: Dataset) throws {
    set.forEachDigestChunk { _ in }
    for part in [set.train, set.test].compactMap({ $0 }) {
      precondition(part.labels.allSatisfy { $0 < set.classNames.count }, "a label without a class")
      guard let images = part.images, !images.isReadFromFiles, images.count > 0 else { continue }
      precondition(images.count == part.count, "not as many images as labels")
      _ = try images.image(images.count - 1)
    }
  }
}
