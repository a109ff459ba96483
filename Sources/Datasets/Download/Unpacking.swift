import Glibc
import LinearAlgebra

/// Takes files out of a gzipped tar archive, by the system's `tar`.
///
/// Only the members that are named are taken out, and first into a folder of their own; from there
/// each that is a plain file is moved to its place. So no member, whatever it is called or links
/// to, gets anywhere else.
struct Unpacking {
  let archive: String
  /// Paths in the archive, and below `directory`.
  let members: [String]
  let directory: String
  let lock: DownloadLock

  /// What is there already is left as it is.
  /// - Throws: `FileError` where the archive lacks a member or cannot be read; `Interrupted`.
  func run() throws {
    let folder = "\(directory)/.winnow-unpacking"
    // One that is left is that of a process that was killed: we hold the directory's lock.
    try Folder.remove(folder)
    try Folder.make(folder)
    defer { try? Folder.remove(folder) }
    try extract(into: folder)
    for member in members { try checkPlain("\(folder)/\(member)", member) }
    for member in members where Folder.size(of: "\(directory)/\(member)") == nil {
      let target = "\(directory)/\(member)"
      try Folder.make(Folder.parent(of: target))
      try Folder.rename("\(folder)/\(member)", to: target)
    }
  }

  private func extract(into folder: String) throws {
    let progress = ProgressMeter.current
    let name = archive.split(separator: "/").last ?? ""
    let result = try ChildProgram.run(
      "tar",
      [
        "--extract", "--gzip", "--no-same-owner", "--no-same-permissions", "--file",
        archive.hasPrefix("/") ? archive : "./" + archive, "--force-local", "--directory", folder,
        "--",
      ] + members, package: "tar", sharing: lock.descriptor,
      tick: {
        let done = members.filter { Folder.size(of: "\(folder)/\($0)") != nil }.count
        progress.report("unpacking \(name)", max(0, done - 1), of: members.count)
      })
    guard result.status == 0 else {
      let complaints = result.complaints.split(separator: "\n")
      throw FileError(
        .format, path: archive, expected: "an archive with \(members.joined(separator: ", "))",
        found: complaints.first.map { "what tar cannot unpack (\($0))" } ?? "another one")
    }
  }

  /// A link, or a file that has another name too, could lead out of the folder.
  private func checkPlain(_ path: String, _ member: String) throws {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1
    else {
      throw FileError(
        .format, path: archive, member: member, expected: "a plain file", found: "something else")
    }
  }
}
