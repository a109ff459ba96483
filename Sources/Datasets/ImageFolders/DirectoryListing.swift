import Glibc

/// What is in one folder, in the order of the names' bytes, which is the same on every machine.
/// Hidden entries are passed over.
struct DirectoryListing {
  /// Names of files that are called like images: `.jpg`, `.jpeg`, `.png`, in any case.
  private(set) var images: [[UInt8]] = []
  /// Names of folders.
  private(set) var folders: [String] = []
  /// How many other entries there are.
  private(set) var others = 0

  /// Reads a folder. Entries are not looked at one by one where the system tells what they are;
  /// links count as what they point to where their names do not say that they are images.
  /// - Throws: `FileError` of kind `missing` where it cannot be read, `format` where a name is not
  ///   text in UTF-8.
  init(_ path: String) throws {
    guard let directory = opendir(path) else { throw Self.unreadable(path, errno) }
    defer { closedir(directory) }
    errno = 0
    while let entry = readdir(directory) {
      try add(Self.name(entry), entry.pointee.d_type, path)
      errno = 0
    }
    guard errno == 0 else { throw Self.unreadable(path, errno) }
    images.sort { $0.lexicographicallyPrecedes($1) }
    folders.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private mutating func add(_ name: [UInt8], _ type: UInt8, _ path: String) throws {
    guard name.first != UInt8(ascii: ".") else { return }
    guard let text = String(validating: name, as: UTF8.self) else {
      throw FileError(
        .format, path: path, expected: "file names in UTF-8",
        found: "'\(String(decoding: name, as: UTF8.self))'")
    }
    if Self.isFolder("\(path)/\(text)", type, isNamedLikeImage: ImageName.isImage(name)) {
      folders.append(text)
    } else if ImageName.isImage(name) {
      images.append(name)
    } else {
      others += 1
    }
  }

  private static func isFolder(_ path: String, _ type: UInt8, isNamedLikeImage: Bool) -> Bool {
    if type == UInt8(DT_DIR) { return true }
    let isUncertain = type == UInt8(DT_UNKNOWN) || type == UInt8(DT_LNK)
    return isUncertain && !isNamedLikeImage && exists(path)
  }

  /// Whether there is a folder at `path`.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func name(_ entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
    withUnsafePointer(to: &entry.pointee.d_name) { name in
      // The system ends each name with a zero byte.
      let length = strlen(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      return Array(UnsafeRawBufferPointer(start: name, count: length))
    }
  }

  private static func unreadable(_ path: String, _ code: Int32) -> FileError {
    FileError(
      .missing, path: path, expected: "a folder that can be read",
      found: code == ENOENT ? "no such folder" : String(cString: strerror(code)))
  }
}

/// What the names of files say about them.
enum ImageName {
  private static let endings = [".jpg", ".jpeg", ".png"].map { Array($0.utf8) }

  /// Whether a file is called like a JPEG or PNG.
  static func isImage(_ name: some BidirectionalCollection<UInt8>) -> Bool {
    endings.contains { ending in
      // Setting this bit turns capitals into small letters and leaves the full stop alone.
      name.count > ending.count && name.suffix(ending.count).lazy.map { $0 | 0x20 } == ending
    }
  }
}
