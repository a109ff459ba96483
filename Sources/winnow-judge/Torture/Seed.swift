import Foundation

/// A sound file, with those that have to lie beside it, from which damaged ones are made.
struct Seed: Sendable {
  /// How a file is put together around its contents. Damage inside would be found out by checksums
  /// at once if they were not made to fit.
  enum Packing: Sendable {
    case none
    /// Bytes that are gzipped after they were damaged.
    case gzip
    /// A zip archive: a member is damaged, and the archive made anew.
    case zip
    /// Chunks with checksums.
    case png
    /// A MATLAB file whose elements are packed after they were damaged.
    case matlab
  }

  struct File: Sendable {
    /// Below the folder that the reader is given.
    let path: String
    let bytes: [UInt8]
  }

  let name: String
  let files: [File]
  /// Which of the files are damaged, one at a time.
  let targets: [Int]
  let packing: Packing

  /// A single file, damaged.
  init(_ name: String, _ bytes: [UInt8], _ packing: Packing = .none) {
    self.init(name, [File(path: name, bytes: bytes)], packing)
  }

  /// Several files that belong together; those with one of the `endings` are damaged, all of them
  /// where none is given.
  init(_ name: String, _ files: [File], _ packing: Packing = .none, damaging endings: [String] = [])
  {
    self.name = name
    self.files = files
    self.packing = packing
    targets = files.indices.filter { index in
      endings.isEmpty || endings.contains { files[index].path.hasSuffix($0) }
    }
  }
}

/// Folders with sound files, whatever lies in them.
struct SeedFolders {
  private let paths: [String]
  /// Files larger than this would take too long each.
  private static let largest = 700_000

  init(_ folders: [String]) {
    paths = folders.flatMap { folder in
      (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
        .sorted().map { "\(folder)/\($0)" }
    }
  }

  /// A seed of every file with one of these endings.
  func files(_ endings: String..., packing: Seed.Packing = .none) -> [Seed] {
    paths.filter { path in endings.contains { path.hasSuffix($0) } }.compactMap { path in
      Self.bytes(path).map { Seed(Self.name(path), $0, packing) }
    }
  }

  /// A seed of every folder with this name: the files of these endings in it, however deep.
  func folders(
    _ name: String, _ endings: String..., packing: Seed.Packing = .none, damaging: [String] = []
  ) -> [Seed] {
    let marker = "/\(name)/"
    let found = Dictionary(grouping: paths.filter { $0.contains(marker) }) { path in
      path.components(separatedBy: marker)[0] + marker
    }
    return found.keys.sorted().compactMap { folder in
      let files = (found[folder] ?? []).filter { path in
        endings.contains { path.hasSuffix($0) }
      }.compactMap { path in
        Self.bytes(path).map { Seed.File(path: String(path.dropFirst(folder.count)), bytes: $0) }
      }
      let seed = Seed(name, files, packing, damaging: damaging)
      return seed.targets.isEmpty ? nil : seed
    }
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func bytes(_ path: String) -> [UInt8]? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
      let data = try? Data(contentsOf: URL(filePath: path)), !data.isEmpty, data.count <= largest
    else { return nil }
    return [UInt8](data)
  }
}
