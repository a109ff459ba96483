/// Mini-WebVision: the first 50 classes of WebVision (Li et al. 2017, 1708.02862), photographs from
/// the web labeled by the search that found them, about 20 % of them wrong. Nobody has looked at
/// the training labels; those of the validation part, which is the test part, are right.
package enum WebVision {
  /// Where the images were found.
  package enum Source: String, Sendable, CaseIterable {
    case google, flickr
  }

  private static let classCount = 50

  /// Samples are in the order of the lists, of which the lines with a class below 50 are kept.
  /// Classes are named by their first names in `synsets.txt`.
  /// - Parameter path: the folder of `info` and the images; without it the data directories are
  ///   searched.
  /// - Throws: `FileError` that lists the places looked at, or has the line that is not as it has to
  ///   be; `Interrupted`. Images are not looked at.
  package static func load(
    _ source: Source, from directories: DataDirectories, path: String? = nil
  ) throws -> Dataset {
    let folder = folder(source)
    let root = try folder.locate(in: directories, path: path)
    let classes = try WordNetClasses.lines("\(root)/info/synsets.txt")
    guard classes.count >= classCount else {
      throw FileError(
        .format, path: "\(root)/info/synsets.txt", expected: "at least \(classCount) classes",
        found: "\(classes.count)")
    }
    let read = { (name: String, folder: String) in
      try LabeledPaths("\(root)/info/\(name)", below: classes.count, "a class")
        .examples(root: root, folder: folder) { $0 < classCount }
    }
    var train = try read("train_filelist_\(source).txt", "")
    train.annotation = Annotation(
      observed: train.labels, isRight: [Bool?](repeating: nil, count: train.count))
    train.labels = [Int](repeating: Examples.unknown, count: train.count)
    return Dataset(
      name: folder.name, classNames: classes.prefix(classCount).map(\.name), train: train,
      test: try read("val_filelist.txt", validationFolder(root)))
  }

  private static func folder(_ source: Source) -> DatasetFolder {
    DatasetFolder(
      name: "webvision_\(source)",
      folders: ["webvision", "WebVision", "mini-webvision", "miniwebvision", "webvision-1.0"],
      files: ["info/synsets.txt", "info/train_filelist_\(source).txt", "info/val_filelist.txt"],
      installation: ["its page is https://data.vision.ee.ethz.ch/cvl/webvision/dataset2017.html"])
  }

  /// The archive of small images has one name, and many people give it another.
  private static func validationFolder(_ root: String) -> String {
    let names = ["val_images_resized/", "val_images_256/"]
    return names.first { DirectoryListing.exists("\(root)/\($0)") } ?? names[0]
  }
}
