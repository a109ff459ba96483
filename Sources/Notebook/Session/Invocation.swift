import ActiveLearning
import CommandLanguage
import LinearAlgebra
import WorkspaceStore

/// One command while it runs: what it was given, and what it wants to leave behind. Nothing of the
/// latter counts before the cell is written.
struct Invocation {
  let session: Session
  var bound: BoundCommand
  /// The number that the cell will have, and that of the input it belongs to.
  let cell: Int
  let input: Int
  /// The text that the command stands in, and the variables in force.
  let source: SourceText
  /// The cell of the same command that was cut short before; its checkpoint may serve.
  var cutShort: Int?

  var effect: Effect?
  var purchases: [WorkspaceStore.Purchase] = []
  var verdict: ActiveLearning.Verdict?
  var metrics: [(key: String, value: Double?)] = []
  var blobs: [NamedBlob] = []
  var settings = CellSettings()
  var headMove = HeadMove.byItself
  var notices: [String] = []

  init(session: Session, bound: BoundCommand, cell: Int, input: Int, source: SourceText) {
    self.session = session
    self.bound = bound
    self.cell = cell
    self.input = input
    self.source = source
  }

  var state: SessionState { session.state }
  var arguments: Arguments { bound.arguments }
  var environment: Environment { session.environment }

  /// The data set in force.
  /// - Throws: `needs-data`.
  func data() throws -> DataHandle {
    if let data = state.data { return data }
    throw Diagnostic(
      .needsData, "no data set is loaded", at: bound.range,
      notes: ["load one first: load digits (help load)"])
  }

  /// The embedding of the pool.
  /// - Throws: `needs-data`, `needs-embedding`.
  func embedding() throws -> Embedding {
    guard let embedding = try data().embedding() else { throw MethodError.needsEmbedding }
    return embedding
  }

  /// What strategies and filters may see.
  func pool() throws -> Pool {
    let data = try data()
    return try Pool(
      count: data.record.train, embedding: data.embedding(), classes: data.record.classes,
      labeled: state.labeled, observed: state.observed, verdict: state.verdict,
      records: try state.records.compactMapValues { try stored(JudgementRecords.self, $0) })
  }

  /// The error with what only the session knows: where an embedding could come from.
  func explaining(_ error: any Error) -> any Error {
    guard case MethodError.needsEmbedding = error, let plan = try? data().plan() else {
      return error
    }
    return plan.missingEmbedding(environment.data, at: bound.range)
  }

  func source(_ role: RandomRole, method: String, round: Int = 0) -> RandomSource {
    RandomSource(RandomKey(seed: state.seed, role: role, round: round, method: method))
  }

  /// Has bytes stored with the cell, under their digest, which it returns.
  mutating func keep(_ bytes: [UInt8], as name: String) -> String {
    let digest = Digest.sha256(bytes)
    blobs.append(NamedBlob(name: name, digest: digest, bytes: bytes))
    return digest
  }

  /// The filter that a canonical method value describes.
  func filter(_ value: Value) throws -> any NoiseFilter {
    let given = Given(value: value, range: arguments.ranges["filter"] ?? bound.range)
    let (entry, own) = try CommandBinder.arguments(of: given, kind: .filter)
    guard let row = Vocabulary.implementation(Vocabulary.filters, entry.name) else {
      throw Diagnostic(.unknownName, "no noise filter '\(entry.name)'")
    }
    let data = try data()
    var filled = own
    if bound.method?.kind == .filter { filled.point(as: arguments) }
    row.resolve(&filled)
    return try row.make(
      filled,
      FilterContext(
        truth: { try data.truth().judging(try answers().rested) },
        scale: Value(canonical: data.record.scale), model: { try Acquiring.lastModel(self) }))
  }

  /// Adds measured values; a key measured twice keeps the newer one.
  mutating func note(_ measured: [(String, Double?)]) {
    for (key, value) in measured {
      metrics.removeAll { $0.key == key }
      metrics.append((key, value))
    }
  }

  /// Metrics of a judgement against the truth, under the keys of METHODS §5.11.
  mutating func measure(_ verdict: ActiveLearning.Verdict, observed: [Int]) throws
    -> FilterMetrics?
  {
    let known = try data().truth().known(verdict.labeled, observed)
    guard !known.isEmpty else { return nil }
    let measured = FilterMetrics(
      clean: known.map { verdict.clean[$0.position] }, trulyClean: known.map(\.isRight))
    note(Metrics.pairs(measured))
    return measured
  }
}
