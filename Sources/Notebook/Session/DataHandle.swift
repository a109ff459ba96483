import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra
import WorkspaceStore

/// A loaded data set: its record at once, its arrays when they are first needed.
///
/// What was read just now is kept. A restored session reads files again, checks that they still
/// are what they were, and takes computed embeddings from the workspace.
final class DataHandle {
  let record: DataRecord
  private let workspace: Workspace
  private let directories: DataDirectories
  private var opened: Dataset?
  private var pool: Embedding?
  private var testRows: Matrix??

  init(record: DataRecord, workspace: Workspace, directories: DataDirectories) {
    self.record = record
    self.workspace = workspace
    self.directories = directories
  }

  /// With everything in memory, as `load` leaves it.
  init(
    record: DataRecord, workspace: Workspace, directories: DataDirectories, dataset: Dataset,
    embedding: Embedding?, testFeatures: Matrix?
  ) {
    self.record = record
    self.workspace = workspace
    self.directories = directories
    opened = dataset
    pool = embedding
    testRows = .some(testFeatures)
  }

  /// Whether its arrays are in memory.
  var isOpen: Bool { opened != nil && pool != nil }

  /// True labels of the pool; for evaluation and for making the oracle, never for a strategy.
  func truth() throws -> [Int]? { try dataset().train.labels }

  func testLabels() throws -> [Int]? { try dataset().test?.labels }

  var classNames: [String] { record.classNames ?? (0..<record.classes).map(String.init) }

  /// The pool's features with their geometry; nil where the data set has none.
  func embedding() throws -> Embedding? {
    if let pool { return pool }
    guard let features = record.features else { return nil }
    try readFeatures(features)
    return pool
  }

  /// Features of the test split; nil where there are none.
  func testFeatures() throws -> Matrix? {
    if let testRows { return testRows }
    guard let features = record.features else { return nil }
    try readFeatures(features)
    return testRows ?? nil
  }

  private func dataset() throws -> Dataset {
    if let opened { return opened }
    let dataset = try LoadPlan(rebound()).open(directories)
    let digest = LoadPlan.digest(dataset)
    guard digest == record.digest else {
      throw Diagnostic(
        .fileFormat, "the files of \(record.dataset) have changed since they were loaded",
        notes: [
          "then sha256 \(record.digest)", "now  sha256 \(digest)",
          "load the data set again to go on with the new files",
        ])
    }
    opened = dataset
    return dataset
  }

  /// The recorded command; what is wrong with it now is not at a place in what is being run.
  private func rebound() throws -> BoundCommand {
    do {
      return try BoundCommand(canonical: record.command)
    } catch var diagnostic as Diagnostic {
      diagnostic.range = nil
      diagnostic.label = nil
      diagnostic.notes = ["the session loaded it by: \(record.command)"]
      throw diagnostic
    }
  }

  private func readFeatures(_ features: DataRecord.Features) throws {
    let rows: (train: Matrix, test: Matrix?)
    if let trainBlob = features.trainBlob {
      rows = (
        try matrix(trainBlob, rows: record.train, columns: features.dimensions),
        try features.testBlob.map {
          try matrix($0, rows: record.test, columns: features.dimensions)
        }
      )
    } else {
      rows = try LoadPlan(rebound()).features(of: dataset())
    }
    pool = LoadPlan.embedding(rows.train, features)
    testRows = .some(rows.test)
  }

  private func matrix(_ digest: String, rows: Int, columns: Int) throws -> Matrix {
    guard let bytes = try workspace.blob(digest), let floats = Digest.floats(bytes: bytes),
      floats.count == rows * columns
    else {
      throw Diagnostic(
        .workspaceCorrupt, "the embedding \(digest) is not in the workspace as it was written")
    }
    return Matrix(rows: rows, columns: columns, elements: floats)
  }
}
