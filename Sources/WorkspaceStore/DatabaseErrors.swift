import Foundation
import GRDB
import Glibc

extension WorkspaceError {
  /// Makes a typed error of whatever SQLite, GRDB or our own code threw while working on `path`.
  init(_ error: any Error, path: String) {
    switch error {
    case let known as WorkspaceError: self = known
    case let database as DatabaseError: self = Self.typed(database, path: path)
    // The schema excludes what cannot be decoded.
    case let decoding as RowDecodingError: self = .corrupt(path: path, detail: "\(decoding)")
    default: self = .failed(path: path, code: 0, detail: "\(error)")
    }
  }

  private static func typed(_ error: DatabaseError, path: String) -> WorkspaceError {
    let detail = error.message ?? error.resultCode.description
    switch error.resultCode {
    case .SQLITE_FULL: return .diskFull(path: path)
    case .SQLITE_CORRUPT: return .corrupt(path: path, detail: detail)
    case .SQLITE_NOTADB: return .notAWorkspace(path: path, found: .notSQLite)
    case .SQLITE_READONLY: return .readOnly(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      return .cannotOpen(path: path, reason: detail)
    case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy(path: path)
    case .SQLITE_TOOBIG: return .tooBig(path: path)
    case .SQLITE_INTERRUPT: return .interrupted
    // A full disk shows as another failure where SQLite must grow its shared memory.
    case .SQLITE_IOERR where isFull(path): return .diskFull(path: path)
    default:
      return .failed(path: path, code: Int(error.extendedResultCode.rawValue), detail: detail)
    }
  }

  private static func isFull(_ path: String) -> Bool {
    var status = statvfs()
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return statvfs(folder, &status) == 0 && status.f_bavail == 0
  }
}
