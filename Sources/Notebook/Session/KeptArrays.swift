import CommandLanguage
import WorkspaceStore

/// The big arrays of a session, checked against the digests that they are kept under.
extension Workspace {
  /// The bytes as they were written; O(bytes).
  ///
  /// - Parameter what: what it is, for the message.
  /// - Throws: `workspace-corrupt` where it is not there, or its bytes are others.
  func kept(_ digest: String, _ what: String = "the array") throws -> [UInt8] {
    guard let bytes = try blob(digest), Digest.sha256(bytes) == digest else {
      throw Self.lost(what, digest)
    }
    return bytes
  }

  /// A value that was kept as JSON.
  /// - Throws: `workspace-corrupt`.
  func kept<Value: Decodable>(_ digest: String, as type: Value.Type) throws -> Value {
    let bytes = try kept(digest)
    guard let value = try? Stored.value(type, bytes) else { throw Self.lost("the array", digest) }
    return value
  }

  static func lost(_ what: String, _ digest: String) -> Diagnostic {
    Diagnostic(.workspaceCorrupt, "\(what) \(digest) is not in the workspace as it was written")
  }
}
