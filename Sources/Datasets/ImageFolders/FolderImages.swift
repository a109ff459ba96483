/// Images in files of their own, decoded one by one when they are needed. Any number of threads may
/// read at once: each image is decoded by a decoder of its own.
package struct FolderImages: ImageReader {
  /// Where paths stand in a list that names them, so that an error can say it.
  struct Listing: Sendable {
    /// The file of the list.
    var path: String
    /// The line of each image, from 1.
    var lines: [Int32]
  }

  private let root: String
  private let folder: String
  private let paths: PathList
  private let listing: Listing?
  private let framing: Framing

  /// - Parameters:
  ///   - root: the data set's folder.
  ///   - folder: below it, where the images are: empty, or with a slash at the end.
  ///   - paths: below that, one per image.
  ///   - listing: the list that they were read from, if they were.
  init(
    root: String, folder: String = "", paths: PathList, listing: Listing? = nil, framing: Framing
  ) {
    precondition(listing.map { $0.lines.count == paths.count } ?? true, "a line for each image")
    self.root = root
    self.folder = folder
    self.paths = paths
    self.listing = listing
    self.framing = framing
  }

  /// The number of images.
  package var count: Int { paths.count }

  /// The path of an image below the data set's folder.
  package func name(of index: Int) -> String { folder + paths.text(index) }

  /// Decodes an image, resizes it and cuts the middle out.
  /// - Throws: `FileError` that names the file, and its line where a list names it.
  package func read(_ index: Int, into target: UnsafeMutableRawBufferPointer) throws {
    framing.write(try picture(index), into: target)
  }

  /// Decodes an image as it is in its file, of any size.
  /// - Throws: as `read`.
  package func picture(_ index: Int) throws -> Picture {
    do {
      return try ImageFile.read("\(root)/\(name(of: index))")
    } catch let error as FileError {
      throw located(error, index)
    }
  }

  /// These images as a set.
  var imageSet: ImageSet {
    ImageSet(reader: self, height: framing.side, width: framing.side, channels: 3)
  }

  private func located(_ error: FileError, _ index: Int) -> FileError {
    var error = error
    let place = listing.map { ", line \($0.lines[index]) of \($0.path)" } ?? ""
    if error.kind == .missing {
      error.expected = "image \(index)\(place)"
      error.hints.append("with features=FILE and without models of images, no image is read")
    } else if !place.isEmpty {
      error.hints.append("it is image \(index)\(place)")
    }
    return error
  }
}
