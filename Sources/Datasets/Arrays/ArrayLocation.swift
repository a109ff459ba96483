import Glibc

/// Where an array is: `FILE.npy`, `FILE.npz`, or `FILE.npz:key`.
package struct ArrayLocation: Sendable, Equatable {
  /// The file.
  package let path: String
  /// The array in an archive; nil where none is named.
  package let key: String?

  /// A file whose whole name is `text` is that file; else what follows the last colon is a key, if
  /// what precedes it is a file or is called `.npz`.
  package init(_ text: String) {
    let colon = text.lastIndex(of: ":") ?? text.startIndex
    let file = String(text[..<colon])
    let isSplit = access(file, F_OK) == 0 || file.lowercased().hasSuffix(".npz")
    let hasKey = !file.isEmpty && isSplit && access(text, F_OK) != 0
    path = hasKey ? file : text
    key = hasKey ? String(text[text.index(after: colon)...]) : nil
  }

  /// Whether the content, the key or the ending says that this is an array and not text.
  func isArray(_ file: FileBytes) throws -> Bool {
    let start = try file.bytes(0..<min(6, file.count))
    return key != nil || start == NumpyHeader.magic || Self.isArchive(start)
      || has(ending: [".npy", ".npz", ".pt", ".pth"])
  }

  private func has(ending: [String]) -> Bool {
    ending.contains { path.lowercased().hasSuffix($0) }
  }

  private static func isArchive(_ start: [UInt8]) -> Bool {
    [ZipDirectory.magic, ZipDirectory.emptyMagic].contains(Array(start.prefix(4)))
  }

  /// Opens the array; whether the file is an npy file or an archive is told by its content.
  func open() throws -> NumpyArray {
    let file = try FileBytes(path)
    if has(ending: [".pt", ".pth"]) {
      throw FileError(
        .format, path: path, member: key, expected: "an npy or npz file", found: "a torch file",
        hints: ["in Python: numpy.save('array.npy', torch.load(FILE).numpy())"])
    }
    if Self.isArchive(try file.bytes(0..<min(4, file.count))) {
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
