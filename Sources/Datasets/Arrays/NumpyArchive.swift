/// An npz archive: named NumPy arrays in one file.
package struct NumpyArchive: Sendable {
  /// The file, as it was named.
  package let path: String
  private let entries: [ZipEntry]

  /// Reads the directory of the archive; the arrays are opened one by one.
  package init(_ path: String) throws { try self.init(file: FileBytes(path)) }

  init(file: FileBytes) throws {
    path = file.name
    entries = try ZipDirectory(file).entries
  }

  /// The names of the arrays, in the order of the archive.
  package var keys: [String] { entries.map { Self.key($0.name) } }

  /// The array called `key`; without a key, the only one there is.
  /// - Throws: `FileError` that lists the keys where `key` is not one of them, or is needed.
  package func array(_ key: String? = nil) throws -> NumpyArray {
    let matching = entries.filter { key == nil || key == Self.key($0.name) || key == $0.name }
    guard matching.count == 1, let entry = matching.first else {
      throw FileError(
        .format, path: path, member: key, expected: "one of its arrays: \(listedKeys)",
        found: key.map { "'\($0)'" } ?? "no key",
        hints: keys.first.map { ["name one: \(path):\($0)"] } ?? [])
    }
    return try NumpyArray(file: FileBytes(path), entry: entry, key: Self.key(entry.name))
  }

  private var listedKeys: String {
    let some = keys.prefix(20).joined(separator: ", ")
    return keys.count > 20 ? "\(some), … (\(keys.count) in all)" : some.isEmpty ? "none" : some
  }

  private static func key(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }
}
