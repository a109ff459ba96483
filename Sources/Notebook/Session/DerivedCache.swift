import ActiveLearning
import Datasets
import Foundation
import LinearAlgebra
import Synchronization

/// What was worked out from data (principal components, coverage graphs, cluster purities), in files of
/// a folder, found again by what it was worked out from.
///
/// A file is named by the SHA-256 of its key; see `DerivedFile` for what is in it. What does not fit
/// that is as if it were not there. Files are written beside their place and renamed, and once they
/// take more than the limit, those used longest ago go. Any number of processes may share the folder;
/// none waits for another, and none takes more away than it adds where others allow more. Whatever
/// fails here costs time and nothing else.
package final class DerivedCache: Sendable {
  package let folder: String
  /// What took less is quicker worked out again than looked up.
  package let leastSeconds: Double
  private let allowed: Atomic<Int>

  package init(folder: String, limit: Int = 1 << 30, leastSeconds: Double = 0.5) {
    self.folder = folder
    self.leastSeconds = leastSeconds
    allowed = Atomic(limit)
  }

  /// Bytes that all files together may take; 0 reads and keeps nothing. In force at once, for all
  /// who have the cache.
  package var limit: Int {
    get { allowed.load(ordering: .relaxed) }
    set { allowed.store(newValue, ordering: .relaxed) }
  }

  private func path(_ key: String) -> String { "\(folder)/\(Digest.sha256(Array(key.utf8)))" }

  /// What `body` makes of the content kept under a key; nil where there is none that is as it was
  /// written, and where `body` wants none of it. It has to read all.
  package func read<Result>(
    _ key: String, _ body: (inout DerivedContent) -> Result?
  ) -> Result? {
    let path = path(key)
    guard limit > 0, let result = DerivedFile(path: path, key: key).read(body) else { return nil }
    try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
    return result
  }

  /// What the file of a key takes; nil where there is none. It is not read.
  package func size(of key: String) -> Int? {
    guard limit > 0 else { return nil }
    return try? FileManager.default.attributesOfItem(atPath: path(key))[.size] as? Int
  }

  /// Keeps what took so long to work out, if that is worth a file.
  /// - Parameter write: hands over the bytes, which are so many, piece by piece.
  package func keep(
    _ key: String, seconds: Double, bytes: Int,
    _ write: ((UnsafeRawBufferPointer) -> Void) -> Void
  ) {
    guard seconds >= leastSeconds, bytes > 0, bytes <= limit else { return }
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let before = size
    guard DerivedFile(path: path(key), key: key).write(write) else { return }
    makeRoom(downTo: max(limit, before))
  }

  /// What all files take together.
  package var size: Int { files.reduce(0) { $0 + $1.size } }

  private struct Entry {
    let path: String
    let size: Int
    let used: Date

    /// Whether it is being written, or was when a process died.
    var isDraft: Bool { path.hasSuffix(NewFile.suffix) }
  }

  private var files: [Entry] { entries.filter { !$0.isDraft } }

  private var entries: [Entry] {
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
  private func makeRoom(downTo most: Int) {
    let entries = entries.sorted { $0.used < $1.used }
    for entry in entries where entry.isDraft && entry.used < Date() - 3600 {
      try? FileManager.default.removeItem(atPath: entry.path)
    }
    let files = entries.filter { !$0.isDraft }
    var total = files.reduce(0) { $0 + $1.size }
    for entry in files where total > most {
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

  func read<Result>(
    named name: String, _ body: (inout DerivedContent) -> Result?
  ) -> Result? { cache.read("\(origin) \(name)", body) }

  func bytes(named name: String) -> Int? { cache.size(of: "\(origin) \(name)") }

  func keep(
    named name: String, seconds: Double, bytes: Int,
    _ write: ((UnsafeRawBufferPointer) -> Void) -> Void
  ) { cache.keep("\(origin) \(name)", seconds: seconds, bytes: bytes, write) }
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
    if let kept = cache.read(key, decoded) { return kept }
    let started = ContinuousClock.now
    let rows = try compute()
    let parts = [rows.train.elements, rows.test?.elements ?? []]
    cache.keep(
      key, seconds: (ContinuousClock.now - started).seconds,
      bytes: parts.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride }
    ) { write in
      for part in parts { part.withUnsafeBytes(write) }
    }
    return rows
  }

  private func decoded(_ content: inout DerivedContent) -> (train: Matrix, test: Matrix?)? {
    let bytesOfColumn = (train + (test ?? 0)) * MemoryLayout<Float>.stride
    guard bytesOfColumn > 0, content.left.isMultiple(of: bytesOfColumn) else { return nil }
    let columns = content.left / bytesOfColumn
    let matrix = { (rows: Int, content: inout DerivedContent) in
      content.numbers(rows * columns).map { Matrix(rows: rows, columns: columns, elements: $0) }
    }
    guard let first = matrix(train, &content) else { return nil }
    guard let test else { return (first, nil) }
    return matrix(test, &content).map { (first, $0) }
  }
}
