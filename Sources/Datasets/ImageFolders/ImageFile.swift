/// Reads JPEG and PNG files, told apart by their content and never by their names.
///
/// Pixels come out as PyTorch's loaders have them after Pillow's `convert("RGB")`: grey images get
/// three equal channels, transparency is dropped without blending, the orientation that a camera
/// noted and colour profiles are ignored. Of a file with several pictures the first is taken.
package enum ImageFile {
  /// Longer files are refused: 1 GiB.
  static let longestFile = 1 << 30

  /// Decodes the file at `path`.
  /// - Throws: `FileError` of kind `missing` where it cannot be read, `tooLarge` where it or its
  ///   picture is beyond the limits, `format` where it is cut off, damaged or no JPEG or PNG.
  package static func read(_ path: String) throws -> Picture {
    try decode(bytes(path), path: path)
  }

  /// The size of the picture in the file at `path`, from its header alone.
  /// - Throws: as `read`, except for damage behind the header.
  package static func size(_ path: String) throws -> (width: Int, height: Int) {
    let bytes = try bytes(path)
    switch try format(bytes, path) {
    case .jpeg:
      let header = try JPEGHeader(bytes, path: path)
      return (header.width, header.height)
    case .png:
      let file = try PNGFile(bytes, path: path)
      return (file.width, file.height)
    }
  }

  static func decode(_ bytes: [UInt8], path: String) throws -> Picture {
    switch try format(bytes, path) {
    case .jpeg: try JPEGDecoder.decode(bytes, path: path)
    case .png: try PNGDecoder.decode(bytes, path: path)
    }
  }

  private enum Format { case jpeg, png }

  private static func bytes(_ path: String) throws -> [UInt8] {
    let file = try FileBytes(path)
    guard file.count <= longestFile else {
      throw FileError(
        .tooLarge, path: path, expected: "an image file of at most \(longestFile) bytes",
        found: "\(file.count)")
    }
    return try file.bytes(0..<file.count)
  }

  private static func format(_ bytes: [UInt8], _ path: String) throws -> Format {
    if bytes.starts(with: [0xff, 0xd8]) { return .jpeg }
    if bytes.starts(with: PNGFile.signature) { return .png }
    throw FileError(
      .format, path: path, at: bytes.isEmpty ? nil : .byte(0), expected: "a JPEG or PNG image",
      found: description(bytes), hints: ["convert it to PNG or JPEG, or take it out"])
  }

  /// What a file is that is neither, as far as its first bytes tell.
  private static func description(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "an empty file" }
    for (start, offset, name) in signatures
    where bytes.dropFirst(offset).starts(with: start.utf8) {
      return name
    }
    if bytes.starts(with: [0xff, 0x0a]) { return "a JPEG XL image" }
    let text = String(decoding: bytes.prefix(256), as: UTF8.self).lowercased()
    let isPage = text.contains("<html") || text.contains("<!doctype html")
    return isPage ? "a web page" : "something else"
  }

  private static let signatures: [(start: String, offset: Int, name: String)] = [
    ("GIF8", 0, "a GIF image"), ("BM", 0, "a BMP image"), ("WEBP", 8, "a WebP image"),
    ("II*\0", 0, "a TIFF image"), ("MM\0*", 0, "a TIFF image"), ("ftypavif", 4, "an AVIF image"),
    ("ftyphei", 4, "a HEIF image"), ("ftypmif1", 4, "a HEIF image"),
    ("jP  ", 4, "a JPEG 2000 image"), ("JXL ", 4, "a JPEG XL image"), ("%PDF", 0, "a PDF file"),
    ("<svg", 0, "an SVG image"), ("8BPS", 0, "a Photoshop file"), ("PK\u{3}\u{4}", 0, "a zip file"),
    ("\u{1f}", 0, "a packed file"),
  ]
}
