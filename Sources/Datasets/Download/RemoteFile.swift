/// A file that its authors offer on the network: what has to be known to fetch it and to trust it.
package struct RemoteFile: Sendable {
  /// What the publishers say the file's digest is, in lower-case hexadecimal digits.
  package enum Digest: Sendable, Equatable {
    case md5(String)
    case sha256(String)
  }

  /// What becomes of the file; paths are below the directory that it is fetched into.
  package enum Contents: Sendable {
    /// It is kept as it is, under this path.
    case file(String)
    /// It is a gzipped tar archive, of which these members, and no others, are kept under their
    /// own paths.
    case archive(members: [String])
  }

  /// Where its authors, or who took over from them, offer it: http or https.
  package let address: String
  /// The folder that it has below a mirror.
  package let folder: String
  /// Bytes; nil where nobody has said so.
  package let size: Int?
  /// Nil where none has been published: then what came cannot be checked.
  package let digest: Digest?
  /// What becomes of it.
  package let contents: Contents
  /// What a user has to know about it; said when it has been fetched.
  package let notice: String?

  /// Stores the parts.
  package init(
    _ address: String, folder: String, size: Int?, _ digest: Digest?, _ contents: Contents,
    notice: String? = nil
  ) {
    self.address = address
    self.folder = folder
    self.size = size
    self.digest = digest
    self.contents = contents
    self.notice = notice
  }

  /// The last part of the address.
  var name: String { address.split(separator: "/").last.map(String.init) ?? address }

  /// The path that it is kept under, an archive until it is unpacked.
  var keptPath: String { if case .file(let path) = contents { path } else { name } }

  /// Every path that has to be there afterwards.
  var targets: [String] {
    switch contents {
    case .file(let path): [path]
    case .archive(let members): members
    }
  }

  /// Where it is fetched from: the official address, or `MIRROR/FOLDER/NAME`.
  func location(mirror: String?) -> String {
    guard var mirror else { return address }
    while mirror.hasSuffix("/") { mirror.removeLast() }
    return "\(mirror)/\(folder)/\(name)"
  }
}
