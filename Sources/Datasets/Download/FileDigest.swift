import LinearAlgebra

/// Digests of files too large to hold.
enum FileDigest {
  /// The digest of the file at `path`, of the same sort as `other`. O(bytes), memory 1 MiB.
  /// - Throws: `FileError` where it cannot be read; `Interrupted`.
  static func digest(of path: String, named name: String, like other: RemoteFile.Digest) throws
    -> RemoteFile.Digest
  {
    switch other {
    case .md5: .md5(try digits(of: path, named: name, MD5()))
    case .sha256: .sha256(try sha256(of: path, named: name))
    }
  }

  static func sha256(of path: String, named name: String) throws -> String {
    try digits(of: path, named: name, SHA256())
  }

  /// For people: `MD5 c58f…`.
  static func words(_ digest: RemoteFile.Digest) -> String {
    switch digest {
    case .md5(let digits): "MD5 \(digits)"
    case .sha256(let digits): "SHA-256 \(digits)"
    }
  }

  private static func digits(
    of path: String, named name: String, _ empty: some RunningDigest
  ) throws -> String {
    let file = try FileBytes(path)
    let progress = ProgressMeter.current
    var digest = empty
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    for start in stride(from: 0, to: file.count, by: piece.count) {
      try Interrupt.check()
      let count = min(piece.count, file.count - start)
      try piece.withUnsafeMutableBytes { bytes in
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
        try file.read(at: start, into: part)
        digest.update(UnsafeRawBufferPointer(part))
      }
      progress.report("checking \(name)", start + count, of: file.count)
    }
    return digest.hexadecimal
  }
}
