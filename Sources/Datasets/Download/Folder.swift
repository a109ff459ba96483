import Foundation
import Glibc

/// What downloading does to files and folders, with errors that name the path.
enum Folder {
  /// Whether there is a folder at `path`.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Bytes of the regular file at `path`; nil where there is none.
  static func size(of path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes a folder and those above it, where they are not there.
  static func make(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        .unwritable, path: path, expected: "a folder to put files into",
        found: "none that can be made", hints: ["name another data directory: --data DIR"])
    }
  }

  /// Deletes a file, or a folder with all that is in it; no links are followed.
  static func remove(_ path: String) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw FileError(
        .unwritable, path: path, expected: "a file that can be deleted", found: "one that cannot")
    }
  }

  /// Gives a finished file its name, once its bytes are on the disk.
  static func rename(_ path: String, to final: String) throws {
    try sync(path)
    guard Glibc.rename(path, final) == 0 else { throw unwritable(final, errno) }
    try sync(parent(of: final))
  }

  private static func sync(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unwritable(path, errno) }
    defer { close(descriptor) }
    // Some file systems cannot do it for a folder, and need not.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw unwritable(path, errno) }
  }

  static func unwritable(_ path: String, _ code: Int32) -> FileError {
    FileError(
      .unwritable, path: path, expected: "a file that can be written",
      found: String(cString: strerror(code)))
  }
}
