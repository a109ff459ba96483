/// An npz archive: named NumPy arrays in one file.
package struct NumpyArchive: Sendable {
  private let file: FileBytes
  private let entries: [ZipEntry]

  /// Reads the directory of the archive; the arrays are opened one by one.
  package init(_ path: String) throws {
    let file = try FileBytes(path)
    self.init(file, try ZipDirectory(file).entries)
  }

  init(_ file: FileBytes, _ entries: [ZipEntry]) {
    self.file = file
    self.entries = entries
  }

  /// The file, as it was named.
  package var path: String { file.name }

  /// The names of the arrays, in the order of the archive.
  package var keys: [String] { entries.map { Self.key($0.name) } }

  /// The array called `key`; without a key, the only one there is.
  /// - Throws: `FileError` that lists the keys where `key` is not one of them, or is needed.
  package func array(_ key: String? = nil) throws -> StoredArray {
    let matching = entries.filter { key == nil || key == Self.key($0.name) || key == $0.name }
    guard matching.count == 1, let entry = matching.first else {
      throw FileError.choice(
        of: keys, path: path, key: key, found: key.map { "'\($0)'" } ?? "no key")
    }
    return try NumpyFile(file, entry, key: Self.key(entry.name)).array(nil)
  }

  private static func key(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }
}
