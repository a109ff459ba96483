import Foundation
import LinearAlgebra

/// Fetches a data set's files from its authors into a data directory, by the system's `curl`.
///
/// Nothing here runs unless the user asks for it. Whatever is there already is not fetched again;
/// what an interrupted download has left is gone on with; a file appears under its own name only
/// when all of it is there and its digest is the published one. Two downloads into one directory
/// wait for each other.
package struct Download: Sendable {
  /// The data sets that can be downloaded, as `load` names them.
  package static var names: [String] { table.map(\.name) }
  /// Every file of them.
  package static var files: [RemoteFile] { table.flatMap(\.files) }

  /// Where to put the files.
  package let directory: String
  private let dataset: String
  private let files: [RemoteFile]
  private let mirror: String?
  /// The programs to run, by name or by path.
  private let curl: String
  /// How often a transfer that broke is taken up again, and the pause before, doubled each time.
  private let retries: Int
  private let pause: Double

  /// - Parameters:
  ///   - dataset: one of `names`.
  ///   - directory: the data directory; it is made if it is not there.
  ///   - mirror: `http://HOST/PREFIX` in place of the official addresses (`$WINNOW_MIRROR`): a file
  ///     is then fetched from `PREFIX/FOLDER/NAME`, where NAME is the last part of its official
  ///     address and FOLDER is `mnist`, `fashion_mnist`, `cifar10`, `cifar100`, `svhn`, `stl10`
  ///     or `cifar-n`. Its digest is checked all the same.
  /// - Throws: `OptionError` where there is no such data set to download.
  package init(dataset: String, directory: String, mirror: String? = nil) throws {
    guard let row = Self.table.first(where: { $0.name == dataset }) else {
      throw OptionError(
        option: "download", value: "true",
        allowed: "given for \(Self.names.joined(separator: ", ")) only")
    }
    self.init(dataset: dataset, files: row.files, directory: directory, mirror: mirror)
  }

  /// The same for files of one's own.
  package init(
    dataset: String, files: [RemoteFile], directory: String, mirror: String? = nil,
    curl: String = "curl", retries: Int = 3, pause: Double = 1
  ) {
    self.dataset = dataset
    self.files = files
    self.directory = directory
    self.mirror = mirror?.isEmpty == true ? nil : mirror
    self.curl = curl
    self.retries = retries
    self.pause = pause
  }

  /// The directory that downloads go to: the first one that the user named, else `./data` where
  /// that is a folder, else `winnow` in the user's cache.
  /// - Parameters:
  ///   - named: those of `--data`, then those of `$WINNOW_DATA`.
  ///   - environment: for `XDG_CACHE_HOME` and `HOME`.
  package static func directory(named: [String], environment: [String: String]) -> String {
    if let first = named.first(where: { !$0.isEmpty }) { return first }
    if Folder.exists("data") { return "data" }
    if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty { return cache + "/winnow" }
    return (environment["HOME"] ?? NSHomeDirectory()) + "/.cache/winnow"
  }

  /// Whether every file is there already.
  package var isComplete: Bool { files.allSatisfy(isThere) }

  /// What is left of transfers that did not end, as sentences: say them where `run` was
  /// interrupted.
  package var leftovers: [String] {
    files.compactMap { file in
      let path = partialPath(of: file)
      guard !isThere(file), let size = Folder.size(of: path), size > 0 else { return nil }
      return
        "'\(path)' keeps the \(Self.grouped(size)) bytes that came; download=true goes on there"
    }
  }

  /// Fetches what is not there yet; reports progress to `ProgressMeter.current`.
  /// - Returns: what was done, and what the user has to know, one sentence each.
  /// - Throws: `FileError` where a file cannot be fetched, is not the published one, or cannot be
  ///   kept; `OptionError` where the mirror is no address; `Interrupted`. What came is kept and
  ///   gone on with next time, unless its digest is wrong.
  package func run() throws -> [String] {
    try checkMirror()
    let nothing = ["\(dataset) is in '\(directory)' already; nothing was downloaded"]
    if isComplete { return nothing }
    try Folder.make(directory)
    let lock = try DownloadLock(directory: directory)
    defer { lock.release() }
    // Looked at again: while we waited for the lock, somebody else may have fetched them.
    let missing = files.filter { !isThere($0) }
    return try missing.isEmpty ? nothing : missing.flatMap { try fetch($0, lock: lock) }
  }

  private func checkMirror() throws {
    guard let mirror else { return }
    let isAddress = mirror.hasPrefix("http://") || mirror.hasPrefix("https://")
    guard isAddress, !mirror.utf8.contains(where: { $0 <= 32 }) else {
      throw OptionError(
        option: "WINNOW_MIRROR", value: mirror,
        allowed: "an address that begins with http:// or https://")
    }
  }

  private func fetch(_ file: RemoteFile, lock: DownloadLock) throws -> [String] {
    let path = path(file.keptPath)
    try Folder.make(Folder.parent(of: path))
    // An archive may have been put there by hand, or be left from unpacking that was interrupted.
    let wasThere = Folder.size(of: path) != nil
    var notices = wasThere ? [] : try transfer(file, to: path, lock: lock)
    if wasThere { _ = try check(file, path, isOurs: false) }
    if case .archive(let members) = file.contents {
      try Unpacking(archive: path, members: members, directory: directory, lock: lock).run()
      if wasThere {
        notices.append("unpacked '\(path)', which was there, and left it")
      } else {
        try Folder.remove(path)
        notices.append("unpacked \(members.count) files into '\(directory)'")
      }
    }
    return notices + [file.notice].compactMap { $0 }
  }

  /// Fetches one file and gives it its name when it is whole and right.
  private func transfer(_ file: RemoteFile, to path: String, lock: DownloadLock) throws -> [String]
  {
    let partial = partialPath(of: file)
    let location = file.location(mirror: mirror)
    let before = Folder.size(of: partial) ?? 0
    if file.size == nil || before != file.size {
      try Transfer(
        location: location, partial: partial, size: file.size, curl: curl, retries: retries,
        pause: pause, lock: lock
      ).run()
    }
    let notice = try check(file, partial, isOurs: true)
    try Folder.rename(partial, to: path)
    let size = Folder.size(of: path) ?? 0
    let resumed = before > 0 ? ", going on after \(Self.grouped(before))" : ""
    return ["fetched \(location) (\(Self.grouped(size)) bytes\(resumed))"]
      + [notice].compactMap { $0 }
  }

  /// Compares a file's digest with the published one; where there is none, says what there is.
  private func check(_ file: RemoteFile, _ path: String, isOurs: Bool) throws -> String? {
    guard let expected = file.digest else {
      let found = try FileDigest.sha256(of: path, named: file.name)
      return "\(file.name): nobody has published its digest; its SHA-256 is \(found)"
    }
    let found = try FileDigest.digest(of: path, named: file.name, like: expected)
    guard found != expected else { return nil }
    if isOurs { try Folder.remove(path) }
    throw FileError(
      .format, path: isOurs ? file.location(mirror: mirror) : path,
      expected: "a file of the published \(FileDigest.words(expected))",
      found: FileDigest.words(found),
      hints: [
        isOurs
          ? "what came is deleted; the next download=true fetches it from the beginning"
          : "'\(path)' was there already: move it away, and it is fetched"
      ])
  }

  private func path(_ relative: String) -> String {
    directory.hasSuffix("/") ? directory + relative : "\(directory)/\(relative)"
  }

  private func partialPath(of file: RemoteFile) -> String { path(file.keptPath) + ".partial" }

  /// IDX files may also be there unpacked.
  private func isThere(_ file: RemoteFile) -> Bool {
    file.targets.allSatisfy { target in
      let plain = target.hasSuffix(".gz") ? [String(target.dropLast(3))] : []
      return ([target] + plain).contains { Folder.size(of: path($0)) != nil }
    }
  }

  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.map { i in
      (i > 0 && (digits.count - i).isMultiple(of: 3) ? "," : "") + String(digits[i])
    }.joined()
  }
}
