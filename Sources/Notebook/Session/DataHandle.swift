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
  private let cache: DerivedCache?
  private var opened: LoadPlan.Opened?
  private var pool: Embedding?
  private var testRows: Matrix??
  private var purities: [String: PurityRule.Choice] = [:]

  init(
    record: DataRecord, workspace: Workspace, directories: DataDirectories, cache: DerivedCache?
  ) {
    self.record = record
    self.workspace = workspace
    self.directories = directories
    self.cache = cache
  }

  /// With everything in memory, as `load` leaves it.
  init(
    record: DataRecord, workspace: Workspace, directories: DataDirectories, cache: DerivedCache?,
    opened: LoadPlan.Opened, embedding: Embedding?, testFeatures: Matrix?
  ) {
    self.record = record
    self.workspace = workspace
    self.directories = directories
    self.cache = cache
    self.opened = opened
    pool = embedding
    testRows = .some(testFeatures)
  }

  /// The same data with another embedding.
  func with(_ features: DataRecord.Features, train: Matrix, test: Matrix?) -> DataHandle {
    let changed = DataHandle(
      record: record.with(features), workspace: workspace, directories: directories, cache: cache)
    changed.opened = opened
    changed.pool = LoadPlan.embedding(
      train, features, archive: EmbeddingArchive(cache, changed.record))
    changed.testRows = .some(test)
    return changed
  }

  /// Whether its arrays are in memory.
  var isOpen: Bool { opened != nil && (pool != nil || record.features == nil) }

  /// True labels of the pool, as far as they are known.
  func truth() throws -> Truth { Truth(try files().dataset.train) }

  /// The labels that the data set came with, where it is one of real annotators, or that the run
  /// came with whose rounds were taken over.
  func annotation() throws -> Annotation? {
    let opened = try files()
    if let run = try plan().run(),
      let labels = try run.labels(
        samples: record.train, classes: record.classes, cut: opened.cut)
    {
      return Annotation(observed: labels, isRight: labels.map { _ in nil })
    }
    return opened.dataset.train.annotation
  }

  /// The training samples before anything was cut, and which of them are the pool.
  func whole() throws -> (train: Examples, cut: Cut?) { (try files().whole.train, try files().cut) }

  /// For each class the coarser one that it belongs to, where the data tell.
  func superclasses() throws -> [Int]? { try files().dataset.superclasses }

  /// The pool's images as a network takes them, a sample's at its index.
  /// - Parameter augment: what is done to them at random; nil for what is usual with these data.
  /// - Throws: `refused` where the data set has no images.
  func images(augment: AugmentationChoice? = nil) throws -> ImagePipeline {
    let dataset = try files().dataset
    guard let images = dataset.train.images else {
      throw MethodError.refused(
        reason: "\(record.dataset) has no images, and this model needs them")
    }
    return try .standard(
      for: record.dataset, images: images, training: images, augment: augment)
  }

  /// The pixels of one sample of the pool; nil where the data set has no images.
  func image(of sample: Int) throws -> SampleImage? {
    guard let images = try files().dataset.train.images else { return nil }
    return SampleImage(
      height: images.height, width: images.width, pixels: try images.image(sample))
  }

  /// The same of the test split; nil where there is none.
  func testImages() throws -> ImagePipeline? {
    let dataset = try files().dataset
    guard let training = dataset.train.images, let images = dataset.test?.images else { return nil }
    return try .standard(for: record.dataset, images: images, training: training)
  }

  /// The pipelines that make views of the pool's images for contrastive learning, and what is embedded
  /// of the test split; nil for the latter where there is none.
  /// - Throws: `refused` where the data set has no images.
  func views(
    _ make: (_ name: String, _ images: ImageSet, _ training: ImageSet) throws -> ImagePipeline
  )
    throws -> (pool: ImagePipeline, test: ImagePipeline?)
  {
    let dataset = try files().dataset
    guard let images = dataset.train.images else {
      throw MethodError.refused(reason: "\(record.dataset) has no images to learn from")
    }
    return (
      try make(record.dataset, images, images),
      try dataset.test?.images.map { try make(record.dataset, $0, images) }
    )
  }

  func testLabels() throws -> [Int]? { try files().dataset.test?.labels }

  var classNames: [String] { record.classNames ?? (0..<record.classes).map(String.init) }

  /// How it was loaded.
  func plan() throws -> LoadPlan { try LoadPlan(rebound()) }

  /// The pool's features with their geometry; nil where the data set has none.
  func embedding() throws -> Embedding? {
    if let pool { return pool }
    guard let features = record.features else { return nil }
    try readFeatures(features)
    return pool
  }

  /// The radius that the purity rule chooses; worked out once.
  func purity(alpha: Double, support: DeltaSupport, embedding: Embedding) throws
    -> PurityRule.Choice
  {
    let key = "\(alpha) \(support.rawValue)"
    if let known = purities[key] { return known }
    let choice = try PurityRule(alpha: alpha, support: support).choose(
      for: embedding, classes: record.classes)
    purities[key] = choice
    return choice
  }

  /// Whether `purity` would have nothing to work out.
  func knowsPurity(alpha: Double, support: DeltaSupport, embedding: Embedding) -> Bool {
    purities["\(alpha) \(support.rawValue)"] != nil
      || PurityRule(alpha: alpha, support: support).isKnown(for: embedding, classes: record.classes)
  }

  /// Features of the test split; nil where there are none.
  func testFeatures() throws -> Matrix? {
    if let testRows { return testRows }
    guard let features = record.features else { return nil }
    try readFeatures(features)
    return testRows ?? nil
  }

  private func files() throws -> LoadPlan.Opened {
    if let opened { return opened }
    let opened = try plan().open(directories, cut: cut())
    let digest = opened.dataset.digest()
    guard digest == record.digest else {
      throw Diagnostic(
        .fileFormat, "the files of \(record.dataset) have changed since they were loaded",
        notes: [
          "then sha256 \(record.digest)", "now  sha256 \(digest)",
          "load the data set again to go on with the new files",
        ])
    }
    guard opened.dataset.train.count == record.train,
      (opened.dataset.test?.count ?? 0) == record.test
    else {
      throw Diagnostic(
        .workspaceCorrupt, "\(record.dataset) has other numbers of samples than the session says")
    }
    self.opened = opened
    return opened
  }

  private func cut() throws -> Cut? {
    try record.cut.map { cut in
      let what = "the array of the subset"
      guard let indices = Digest.ints(bytes: try workspace.kept(cut.blob, what)),
        indices.count == record.train, indices.allSatisfy((0..<cut.whole).contains)
      else { throw Workspace.lost(what, cut.blob) }
      return Cut(indices: indices, whole: cut.whole)
    }
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
      let plan = try plan()
      guard let chosen = try plan.chooseFeatures(directories) else {
        throw plan.missingEmbedding(directories, at: nil)
      }
      rows = try plan.features(chosen, of: files(), cache: cache)
      try requireSame(rows, features)
    }
    pool = LoadPlan.embedding(
      rows.train, features, archive: EmbeddingArchive(cache, record))
    testRows = .some(rows.test)
  }

  /// - Throws: `file-format` where a features file holds other numbers than it did.
  private func requireSame(_ rows: (train: Matrix, test: Matrix?), _ features: DataRecord.Features)
    throws
  {
    guard let then = features.fileDigest else { return }
    let now = Digest.sha256(rows: rows.train, rows.test)
    guard now != then else { return }
    throw Diagnostic(
      .fileFormat, "the features of \(record.dataset) have changed since they were loaded",
      notes: [
        "from \(features.source): then sha256 \(then)", "now  sha256 \(now)",
        "load the data set again to go on with the new features",
      ])
  }

  private func matrix(_ digest: String, rows: Int, columns: Int) throws -> Matrix {
    let what = "the array of the embedding"
    guard let floats = Digest.floats(bytes: try workspace.kept(digest, what)),
      floats.count == rows * columns
    else { throw Workspace.lost(what, digest) }
    return Matrix(rows: rows, columns: columns, elements: floats)
  }
}
