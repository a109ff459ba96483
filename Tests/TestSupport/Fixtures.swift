import Foundation

/// Files that tests read, found beside the tests' own source.
package enum Fixtures {
  /// The file or folder at `relative` under `Tests/Fixtures`.
  package static func url(_ relative: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "Fixtures", relative)
  }
}

/// Runs `body` with the path of a fresh folder, which is deleted afterwards.
package func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  try withFolder(in: FileManager.default.temporaryDirectory, body)
}

/// The same in memory where the system offers that, for tests that write thousands of small files:
/// on a disk each of them would wait for it.
package func withMemoryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
  guard FileManager.default.isWritableFile(atPath: memory.path()) else {
    return try withTemporaryFolder(body)
  }
  return try withFolder(in: memory, body)
}

private func withFolder<Result>(in parent: URL, _ body: (URL) throws -> Result) throws -> Result {
  let folder = parent.appending(
    component: "winnow-\(UUID().uuidString)", directoryHint: .isDirectory)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
