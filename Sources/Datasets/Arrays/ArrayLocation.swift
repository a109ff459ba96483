import Glibc

/// Where an array is: `FILE.npy`, `FILE.npz`, or `FILE.npz:key`.
struct ArrayLocation {
  let path: String
  let key: String?

  /// A file whose whole name is `text` is that file; else what follows the last colon is a key.
  init(_ text: String) {
    guard access(text, F_OK) != 0, let colon = text.lastIndex(of: ":"), colon > text.startIndex,
      text.index(after: colon) < text.endIndex
    else {
      path = text
      key = nil
      return
    }
    path = String(text[..<colon])
    key = String(text[text.index(after: colon)...])
  }

  /// Opens the array; whether the file is an npy file or an archive is told by its content.
  func open() throws -> NumpyArray {
    let file = try FileBytes(path)
    let start = try file.bytes(0..<min(4, file.count))
    if start == ZipDirectory.magic || start == ZipDirectory.emptyMagic {
      return try NumpyArchive(file: file).array(key)
    }
    if let key {
      throw FileError(
        .format, path: path, member: key, expected: "an npz archive, since a key is given",
        found: "another kind of file")
    }
    return try NumpyArray(file: file)
  }
}
