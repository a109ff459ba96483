import LinearAlgebra

/// Images that lie in one folder per class, in the order of the classes and in each in that of the
/// names' bytes.
struct ClassFolders {
  /// Below `folder`.
  private(set) var paths = PathList()
  /// The class of each image.
  private(set) var labels: [Int] = []
  /// How many files are no images by their names.
  private(set) var others = 0
  private let root: String
  private let folder: String

  /// Lists `root/folder/NAME` for each name of a class that is not nil there; nothing but the
  /// folders is read.
  /// - Throws: `FileError` where a folder cannot be read; `Interrupted`.
  init(root: String, folder: String, classes: [String?]) throws {
    self.root = root
    self.folder = folder
    for (label, name) in classes.enumerated() {
      guard let name else { continue }
      try Interrupt.check()
      let listing = try DirectoryListing("\(root)/\(folder)/\(name)")
      for image in listing.images {
        paths.append(Array(name.utf8) + [UInt8(ascii: "/")] + image)
        labels.append(label)
      }
      others += listing.others + listing.folders.count
    }
  }

  /// The images, with their classes.
  /// - Throws: `FileError` where there is none.
  func examples(_ framing: Framing) throws -> Examples {
    guard !labels.isEmpty else {
      throw FileError(
        .format, path: "\(root)/\(folder)",
        expected: "at least one image in the folders of the classes",
        found: "none called .jpg, .jpeg or .png")
    }
    let images = FolderImages(root: root, folder: folder + "/", paths: paths, framing: framing)
    return Examples(labels: labels, images: images.imageSet)
  }

  /// What to tell about files that were passed over.
  var notices: [String] {
    others == 0
      ? [] : ["\(root)/\(folder): \(others) files that are not called .jpg, .jpeg or .png"]
  }
}
