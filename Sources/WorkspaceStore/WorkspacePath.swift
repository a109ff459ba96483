import Foundation
import Glibc

/// Where a workspace really lies, so that everyone who opens it locks the same file beside it,
/// whatever links the path went through.
enum WorkspacePath {
  /// The path without symbolic links; a file that does not exist yet keeps its name in its folder.
  static func resolve(_ path: String, depth: Int = 0) -> String {
    if let real = realPath(path) { return real }
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    // A link to a file that is not there yet is followed as SQLite will follow it.
    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
    if let target, depth < 40 {
      return resolve(URL(fileURLWithPath: target, relativeTo: folder).path, depth: depth + 1)
    }
    return (realPath(folder.path) ?? folder.path) + "/" + url.lastPathComponent
  }

  private static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Whether a file with something in it stands there. Opens nothing: a pipe would block, and
  /// another descriptor of a workspace must not be.
  ///
  /// - Throws: `cannotOpen` for what is no file, `notAWorkspace` for a file of one byte, which
  ///   SQLite would take for an empty one and overwrite.
  static func hasContent(_ path: String) throws(WorkspaceError) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .cannotOpen(path: path, reason: "it is a folder")
    default: throw .cannotOpen(path: path, reason: "it is no regular file")
    }
    if status.st_size == 1 { throw .notAWorkspace(path: path, found: .notSQLite) }
    return status.st_size > 0
  }

  /// Whether the file may be changed, or made; SQLite must also make files beside it.
  static func isWritable(_ path: String) -> Bool {
    guard access(path, F_OK) == 0 else { return true }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return access(path, W_OK) == 0 && access(folder, W_OK) == 0
  }

  static func makeFolder(of path: String) throws(WorkspaceError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .cannotOpen(path: folder.path, reason: (error as NSError).localizedDescription)
    }
  }
}
