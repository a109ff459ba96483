import ActiveLearning
import Foundation
import LinearAlgebra

/// What was worked out from data (principal components, coverage graphs, cluster purities), in files of
/// a folder, found again by what it was worked out from.
///
/// A file is named by the SHA-256 of its key and holds the key and the SHA-256 of its content; what
/// does not fit that is as if it were not there. Files are written beside their place and renamed.
/// Once they take more than the limit, those used longest ago go. Any number of processes may share
/// the folder; none waits for another. Whatever fails here costs time and nothing else.
package struct DerivedCache: Sendable {
  package let folder: String
  /// Bytes that all files together may take; 0 keeps nothing.
  package var limit: Int
  /// What took less is quicker worked out again than looked up.
  package let leastSeconds: Double

  package init(folder: String, limit: Int = 1 << 30, leastSeconds: Double = 0.5) {
    self.folder = folder
    self.limit = limit
    self.leastSeconds = leastSeconds
  }

  private static let magic = Array("winnow derived 1\n".utf8)

  private func path(_ key: String) -> String { "\(folder)/\(Digest.sha256(Array(key.utf8)))" }

  /// What was kept under a key; nil where nothing is.
  package func bytes(_ key: String) -> [UInt8]? {
    guard limit > 0, let data = FileManager.default.contents(atPath: path(key)) else { return nil }
    let head = Self.magic + Array((key + "\n").utf8)
    let start = head.count + 65
    guard data.count >= start, data.prefix(head.count).elementsEqual(head) else { return nil }
    let content = [UInt8](data.dropFirst(start))
    let digest = String(decoding: data[head.count..<start - 1], as: UTF8.self)
    guard Digest.sha256(content) == digest else { return nil }
    try? FileManager.default.setAttributes(
      [.modificationDate: Date()], ofItemAtPath: path(key))
    return content
  }

  /// Keeps what took so long to work out, if that is worth a file.
  package func keep(_ key: String, seconds: Double, _ content: () -> [UInt8]) {
    guard seconds >= leastSeconds, limit > 0 else { return }
    let content = content()
    guard !content.isEmpty, content.count <= limit else { return }
    var data = Data(Self.magic + Array((key + "\n" + Digest.sha256(content) + "\n").utf8))
    data.append(contentsOf: content)
    let manager = FileManager.default
    let draft = "\(path(key)).\(UUID().uuidString).part"
    do {
      try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try data.write(to: URL(fileURLWithPath: draft))
      guard rename(draft, path(key)) == 0 else { return try manager.removeItem(atPath: draft) }
      makeRoom()
    } catch {
      try? manager.removeItem(atPath: draft)
    }
  }

  /// What all files take together.
  package var size: Int { files.reduce(0) { $0 + $1.size } }

  private struct Entry {
    let path: String
    let size: Int
    let used: Date
  }

  private var files: [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      let path = "\(folder)/\(name)"
      guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
        facts[.type] as? FileAttributeType == .typeRegular, let size = facts[.size] as? Int
      else { return nil }
      return Entry(path: path, size: size, used: facts[.modificationDate] as? Date ?? .distantPast)
    }
  }

  /// Removes what was used longest ago until the rest fits; drafts of an hour ago were left by a
  /// process that died.
  package func makeRoom() {
    var left = files.sorted { $0.used < $1.used }
    for entry in left where entry.path.hasSuffix(".part") && entry.used < Date() - 3600 {
      try? FileManager.default.removeItem(atPath: entry.path)
    }
    left.removeAll { $0.path.hasSuffix(".part") }
    var total = left.reduce(0) { $0 + $1.size }
    for entry in left where total > limit {
      try? FileManager.default.removeItem(atPath: entry.path)
      total -= entry.size
    }
  }
}

/// What was worked out from one embedding.
struct EmbeddingArchive: DerivedArchive {
  let cache: DerivedCache
  /// The digest of the rows, the metric, the normalisation: what everything else follows from.
  let origin: String

  /// Nil where it is not known what the embedding was made from.
  init?(_ cache: DerivedCache?, _ record: DataRecord) {
    guard let cache, let features = record.features else { return nil }
    self.cache = cache
    let rows = features.trainBlob ?? features.fileDigest ?? "own \(record.digest)"
    let cut = features.trainBlob == nil ? record.cut?.blob ?? "whole" : "whole"
    origin = "\(rows) \(cut) \(features.metric) \(features.normalization)"
  }

  func bytes(named name: String) -> [UInt8]? { cache.bytes("\(origin) \(name)") }

  func keep(named name: String, seconds: Double, _ bytes: () -> [UInt8]) {
    cache.keep("\(origin) \(name)", seconds: seconds, bytes)
  }
}

/// Principal components of a data set's images.
struct ComponentsCache {
  private let cache: DerivedCache?
  private let key: String
  private let train: Int
  private let test: Int?

  /// - Parameter text: `pca:50`.
  init(_ cache: DerivedCache?, _ text: String, _ opened: LoadPlan.Opened) {
    let dataset = opened.dataset
    // The digest of images that are read when they are needed does not cover their pixels.
    self.cache = dataset.train.images?.isInMemory ?? false ? cache : nil
    train = dataset.train.labels.count
    test = dataset.test?.labels.count
    key =
      self.cache == nil
      ? "" : "\(text) of \(dataset.digest()) kernels=\(Kernels.name) blas=\(OpenBLAS.coreName)"
  }

  /// The rows from the cache, else from `compute`.
  func rows(_ compute: () throws -> (train: Matrix, test: Matrix?)) throws -> (
    train: Matrix, test: Matrix?
  ) {
    guard let cache else { return try compute() }
    if let kept = cache.bytes(key).flatMap(decoded) { return kept }
    let started = ContinuousClock.now
    let rows = try compute()
    cache.keep(key, seconds: (ContinuousClock.now - started).seconds) {
      Digest.bytes(floats: rows.train.elements + (rows.test?.elements ?? []))
    }
    return rows
  }

  private func decoded(_ bytes: [UInt8]) -> (train: Matrix, test: Matrix?)? {
    let count = train + (test ?? 0)
    guard count > 0, let floats = Digest.floats(bytes: bytes), floats.count.isMultiple(of: count)
    else { return nil }
    let columns = floats.count / count
    let first = Array(floats.prefix(train * columns))
    return (
      Matrix(rows: train, columns: columns, elements: first),
      test.map {
        Matrix(rows: $0, columns: columns, elements: Array(floats.dropFirst(train * columns)))
      }
    )
  }
}
