import Glibc

/// Where an array is: a file, or `FILE:key` in an npz archive, a torch file, a pickle, or an npy file
/// of a Python dictionary.
package struct ArrayLocation: Sendable, Equatable {
  /// The file.
  package let path: String
  /// The array in the file; nil where none is named.
  package let key: String?

  /// Endings of files that are no text.
  private static let endings = [".npy", ".npz", ".pt", ".pth", ".pkl"]

  /// A file whose whole name is `text` is that file; else what follows the last colon is a key, if
  /// what precedes it is a file or has the ending of one.
  package init(_ text: String) {
    let colon = text.lastIndex(of: ":") ?? text.startIndex
    let file = String(text[..<colon])
    let isSplit = access(file, F_OK) == 0 || Self.has(file, ending: Self.endings)
    let hasKey = !file.isEmpty && isSplit && access(text, F_OK) != 0
    path = hasKey ? file : text
    key = hasKey ? String(text[text.index(after: colon)...]) : nil
  }

  /// Whether the content, the key or the ending says that this is an array and not text.
  func isArray(_ file: FileBytes) throws -> Bool {
    let start = try file.bytes(0..<min(6, file.count))
    return key != nil || start == NumpyHeader.magic || Self.isArchive(start)
      || start.first == PickleOpcode.proto.rawValue || Self.has(path, ending: Self.endings)
  }

  private static func has(_ path: String, ending: [String]) -> Bool {
    ending.contains { path.lowercased().hasSuffix($0) }
  }

  private static func isArchive(_ start: [UInt8]) -> Bool {
    [ZipDirectory.magic, ZipDirectory.emptyMagic].contains(Array(start.prefix(4)))
  }

  /// Opens the array; what kind of file it is in is told by the content.
  func open() throws -> StoredArray {
    let file = try FileBytes(path)
    let start = try file.bytes(0..<min(6, file.count))
    if start == NumpyHeader.magic { return try NumpyFile(file).array(key) }
    if Self.isArchive(start) { return try archive(file) }
    if start.first == PickleOpcode.proto.rawValue { return try pickle(file) }
    try refuseTar(file)
    let isTorch = Self.has(path, ending: [".pt", ".pth"])
    throw FileError(
      .format, path: path, member: key, at: .byte(0),
      expected: isTorch ? "a torch file" : "an array: an npy, npz or torch file, or a pickle",
      found: "another kind of file")
  }

  private func archive(_ file: FileBytes) throws -> StoredArray {
    let entries = try ZipDirectory(file).entries
    if TorchFile.isTorch(entries) || Self.has(path, ending: [".pt", ".pth"]) {
      return try TorchFile.contents(file, entries).array(key)
    }
    return try NumpyArchive(file, entries).array(key)
  }

  private func pickle(_ file: FileBytes) throws -> StoredArray {
    let reader = Pickle.reader(file)
    let value = try Unpickler.read(reader).value
    if TorchFile.isMagic(value) {
      return try TorchFile.contents(file, behindMagic: reader).array(key)
    }
    try reader.finish()
    return try PickledContents(value, file: file).array(key)
  }

  /// The earliest versions of torch wrote tar archives, which say so far behind their beginning.
  private func refuseTar(_ file: FileBytes) throws {
    let mark = 257..<262
    guard file.count >= mark.upperBound, try file.bytes(mark) == Array("ustar".utf8) else { return }
    throw FileError(
      .format, path: path, member: key, expected: "an archive of a torch version from 0.2 on",
      found: "a tar archive, as the earliest versions of torch wrote",
      hints: ["in Python: torch.save(torch.load(FILE), 'new.pt')"])
  }
}
