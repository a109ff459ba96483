import Glibc

/// A data set that is a few files of known names in one folder: finds the folder, and says which
/// files are missing.
struct DatasetFolder: Sendable {
  /// The data set, as `load` takes it.
  let name: String
  /// Folders, below a data directory, in which the files are known to lie.
  let folders: [String]
  /// The names of the files, all of which have to be there.
  let files: [String]
  /// How to get them, most promising first.
  let installation: [String]

  /// The folder of the files: the first place in `path`, if given, else in the data directories,
  /// that has any of them.
  /// - Throws: `FileError` that lists every place, or the files that this folder lacks.
  func locate(in directories: DataDirectories, path: String?) throws -> String {
    let candidates = directories.candidates(folders, path: path)
    guard let folder = candidates.first(where: hasAny) else { throw missing(path, candidates) }
    try requireAll(in: folder)
    return folder
  }

  /// Whether at least one of the files lies in `folder`.
  func hasAny(in folder: String) -> Bool {
    files.contains { Self.isFile("\(folder)/\($0)") }
  }

  /// - Throws: `FileError` that names the files which are not in `folder`.
  func requireAll(in folder: String) throws {
    let lacking = files.filter { !Self.isFile("\(folder)/\($0)") }
    guard let first = lacking.first else { return }
    throw FileError(
      .missing, path: "\(folder)/\(first)", expected: "all \(files.count) files of \(name)",
      found: "no \(lacking.joined(separator: ", "))", hints: installation,
      searched: lacking.map { "\(folder)/\($0)" })
  }

  /// The error where none of `places` has any of the files.
  func missing(_ path: String?, _ places: [String]) -> FileError {
    FileError(
      .missing, path: path ?? name, expected: "the files of \(name)",
      found: "none of them in any place looked at", hints: installation, searched: places)
  }

  /// Whether there is a file, and not a folder, at `path`; links are followed.
  static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
  }
}
