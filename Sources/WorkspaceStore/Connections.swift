import Foundation
import GRDB

/// The two SQLite connections of a workspace, made when they are first needed.
///
/// The reader cannot write whatever it is told, which is what `sql` runs on. Nothing else may ever
/// open the file itself in this process: closing any other descriptor would drop SQLite's locks.
struct Connections {
  let path: String
  /// Why nothing may be written, or nil.
  private(set) var refusal: WorkspaceError?
  /// What the file was before it was brought to this version, where that has happened.
  private(set) var olderCopy: OlderCopy?
  private var reader: DatabaseQueue?
  private var writer: DatabaseQueue?
  private var isClosed = false

  init(path: String, readOnly: Bool) throws(WorkspaceError) {
    self.path = path
    if readOnly || !WorkspacePath.isWritable(path) { refusal = .readOnly(path: path) }
    guard try WorkspacePath.hasContent(path) else {
      if readOnly { throw .missing(path: path) }
      return
    }
    do {
      _ = try existingReader()
    } catch .missing {
      if readOnly { throw .missing(path: path) }
    }
  }

  /// The connection for reading; `missing` where there is nothing to read yet.
  mutating func existingReader() throws(WorkspaceError) -> DatabaseQueue {
    if isClosed { throw .closed(path: path) }
    if let reader { return reader }
    guard try WorkspacePath.hasContent(path) else { throw .missing(path: path) }
    let queue: DatabaseQueue
    do {
      queue = try newReader()
    } catch .readOnly where refusal == nil && writer == nil {
      // A writer was killed while it made the file; only one that may write can clear that away.
      _ = try existingOrNewWriter()
      queue = try newReader()
    }
    reader = queue
    return queue
  }

  private mutating func newReader() throws(WorkspaceError) -> DatabaseQueue {
    let queue = try Self.connect(path, readOnly: true)
    try examine(queue)
    return queue
  }

  /// The connection for writing; makes the file and its schema where they are not there.
  mutating func existingOrNewWriter() throws(WorkspaceError) -> DatabaseQueue {
    if isClosed { throw .closed(path: path) }
    if let refusal { throw refusal }
    if let writer { return writer }
    try WorkspacePath.makeFolder(of: path)
    // One process at a time makes the schema: turning a new file to WAL does not wait for others.
    let schemaLock = try SessionLock.wait(byte: 0, of: path)
    let queue = try newWriter()
    schemaLock.release()
    writer = queue
    return queue
  }

  private mutating func newWriter() throws(WorkspaceError) -> DatabaseQueue {
    let queue = try Self.connect(path, readOnly: false)
    do {
      let version = try examine(queue)
      if version < Schema.version, refusal == nil {
        olderCopy = try OlderCopy(of: queue, at: path, version: version)
      }
    } catch .missing {
      // Ours to fill.
    }
    if let refusal { throw refusal }
    do {
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
      try Schema.migrator.migrate(queue)
    } catch {
      throw WorkspaceError(error, path: path)
    }
    return queue
  }

  /// Moves everything into the main file, so that whoever copies that alone has all, and closes.
  mutating func close() throws(WorkspaceError) {
    if isClosed { return }
    isClosed = true
    do {
      try reader?.close()
      try writer?.writeWithoutTransaction { db in
        do {
          try db.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
          // Another process is reading or writing; it will do this when it leaves.
        }
      }
      try writer?.close()
    } catch {
      throw WorkspaceError(error, path: path)
    }
    reader = nil
    writer = nil
  }

  /// Looks at what the file is before anything is written to it.
  /// - Returns: its version.
  @discardableResult
  private mutating func examine(_ queue: DatabaseQueue) throws(WorkspaceError) -> Int {
    let content: Schema.Content
    do {
      content = try queue.read { try Schema.content(of: $0) }
    } catch {
      throw WorkspaceError(error, path: path)
    }
    switch content {
    case .vacant: throw .missing(path: path)
    case .foreign(let id): throw .notAWorkspace(path: path, found: .applicationID(id))
    case .workspace(let version):
      if version > Schema.version {
        refusal = .newer(path: path, found: version, known: Schema.version)
      }
      return version
    }
  }

  private static func connect(_ path: String, readOnly: Bool) throws(WorkspaceError)
    -> DatabaseQueue
  {
    var configuration = Configuration()
    configuration.label = "workspace"
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(5)
    configuration.foreignKeysEnabled = true
    configuration.acceptsDoubleQuotedStringLiterals = false
    // Losing power must not lose an acknowledged cell, so every commit waits for the disk.
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA trusted_schema = OFF")
      try db.execute(sql: "PRAGMA cell_size_check = ON")
    }
    do {
      return try DatabaseQueue(path: path, configuration: configuration)
    } catch {
      throw WorkspaceError(error, path: path)
    }
  }
}
