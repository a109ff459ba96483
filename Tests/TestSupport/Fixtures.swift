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
  let folder = FileManager.default.temporaryDirectory.appending(
    component: "winnow-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
