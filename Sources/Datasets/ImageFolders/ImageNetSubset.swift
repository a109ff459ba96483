/// The subsets of ImageNet (ILSVRC 2012) with 50, 100 or 200 classes: all training images of the
/// classes; the validation images of these are the test part.
package enum ImageNetSubset {
  private static let installation = [
    "ImageNet is at https://image-net.org, for those who register",
    "the images of each class lie in a folder of their own: train/WNID/*.JPEG and val/WNID/*.JPEG",
  ]

  private static let folders = ["imagenet", "ImageNet", "ILSVRC2012", "ILSVRC/Data/CLS-LOC"]

  /// Images are in the order of their classes and in each in that of their names' bytes.
  /// - Parameters:
  ///   - count: 50, 100 or 200, the number of classes in the built-in list; in that, classes are
  ///     sorted and named by their identifiers.
  ///   - path: the folder that has `train` and `val` or else `dist` with these two; without it the
  ///     data directories are searched.
  ///   - classes: a file of lines `WNID NAME`, which replaces the built-in list; the line is the
  ///     index of the class.
  /// - Throws: `FileError` that lists the places looked at, or names the folder or line that is not
  ///   as it has to be; `OptionError` where there is no such subset; `Interrupted`. Images are not
  ///   looked at.
  package static func load(
    _ count: Int, from directories: DataDirectories, path: String? = nil,
    classes file: String? = nil
  ) throws -> Dataset {
    let builtIn = ImageNetSubsetTable.classes(count)
    guard !builtIn.isEmpty else {
      throw OptionError(option: "classes", value: "\(count)", allowed: "50, 100 or 200")
    }
    let classes = try file.map { try WordNetClasses.lines($0) } ?? builtIn.map { ($0, $0) }
    let root = try locate(in: directories, path: path, name: "imagenet\(count)")
    let identifiers = classes.map(\.identifier)
    let train = try ClassFolders(root: root, folder: "train", classes: identifiers)
    let test = try ClassFolders(root: root, folder: "val", classes: identifiers)
    return Dataset(
      name: "imagenet\(count)", classNames: classes.map(\.name),
      train: try train.examples(.photograph), test: try test.examples(.photograph),
      notices: train.notices + test.notices)
  }

  private static func locate(in directories: DataDirectories, path: String?, name: String) throws
    -> String
  {
    let places = directories.candidates(
      folders.flatMap { [$0, "\($0)/dist"] } + (path == nil ? [] : ["dist"]), path: path)
    guard let root = places.first(where: { DirectoryListing.exists("\($0)/train") }) else {
      throw FileError(
        .missing, path: path ?? name, expected: "a folder with the images of ImageNet",
        found: "no folder 'train' in any place looked at", hints: installation, searched: places)
    }
    guard DirectoryListing.exists("\(root)/val") else {
      throw FileError(
        .missing, path: "\(root)/val", expected: "the folder of the validation images",
        found: "no such folder", hints: installation, searched: ["\(root)/val"])
    }
    return root
  }
}
