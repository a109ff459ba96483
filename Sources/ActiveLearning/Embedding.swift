import LinearAlgebra
import Synchronization

/// How rows are brought to a common length before distances are taken.
package enum Normalization: String, Sendable, Hashable, CaseIterable {
  /// Each row by its own norm; a zero row stays zero.
  case unit
  /// All rows by the largest norm.
  case max
  /// As loaded.
  case none
}

/// How rows are scaled before a linear model sees them: with fixed learning rates, short rows
/// underfit and long ones diverge.
package enum FeatureScale: Sendable, Hashable {
  /// One factor for all rows that makes the pool's mean norm 2.5.
  case auto
  /// As loaded.
  case raw
  /// Each row by its own norm; a zero row stays zero.
  case unit
  /// One factor for all rows that makes the pool's mean norm this number.
  case meanNorm(Double)

  /// The canonical form in a filter's options.
  package var text: String {
    switch self {
    case .auto: "auto"
    case .raw: "raw"
    case .unit: "unit"
    case .meanNorm(let norm): canonical(norm)
    }
  }
}

/// The features of a whole pool and its geometry, loaded once and shared by all rounds.
package final class Embedding: Sendable {
  /// One row per sample, as loaded.
  package let features: Matrix
  /// The same rows as points: normalised, and with the metric.
  package let points: PointSet
  package let normalization: Normalization
  /// 2.5 / the mean norm of the rows; 1 if all of them are zero.
  package let scaleFactor: Float

  /// Where graphs and purities are kept beyond this process; nil for nowhere.
  package let archive: (any DerivedArchive)?

  private let meanNorm: Double
  private let shelf: GraphShelf
  private let building = Mutex(())

  /// - Parameter shelf: where graphs are kept within this process.
  package init(
    _ features: Matrix, metric: Metric = .l2, normalization: Normalization = .unit,
    archive: (any DerivedArchive)? = nil, shelf: GraphShelf = GraphShelf()
  ) {
    self.archive = archive
    self.shelf = shelf
    let norms = features.rowNorms()
    self.features = features
    self.normalization = normalization
    meanNorm = norms.isEmpty ? 0 : norms.reduce(0, +) / Double(norms.count)
    scaleFactor = Float(factor(from: meanNorm, to: 2.5))
    let longest = norms.max() ?? 0
    let multipliers: [Double] =
      switch normalization {
      case .unit: norms.map(reciprocal)
      case .max: norms.map { _ in reciprocal(longest) }
      case .none: norms.map { _ in 1 }
      }
    points = PointSet(features, multipliers: multipliers, rowNorms: norms, metric: metric)
  }

  deinit { shelf.forget(ObjectIdentifier(self)) }

  /// The number of samples.
  package var count: Int { features.rows }
  package var metric: Metric { points.metric }
  /// The number of features of a sample.
  package var dimensions: Int { features.columns }

  /// Copies the samples `rows`, in that order, as linear models see them.
  /// - Throws: `MethodError.range` if the scale is a number that is not positive.
  package func scaled(rows: [Int], scale: FeatureScale = .auto) throws(MethodError) -> Matrix {
    try scaled(features.rows(at: rows), scale: scale)
  }

  /// Rows of other samples (a test split) with the same factor as the pool's.
  /// - Throws: `MethodError.range` if the scale is a number that is not positive.
  package func scaled(_ rows: Matrix, scale: FeatureScale = .auto) throws(MethodError) -> Matrix {
    switch scale {
    case .auto: return rows.scaled { _ in Double(scaleFactor) }
    case .raw: return rows
    case .unit:
      let multipliers = rows.rowNorms().map(reciprocal)
      return rows.scaled { multipliers[$0] }
    case .meanNorm(let norm):
      guard norm > 0, norm.isFinite else {
        throw .range(name: "scale", value: norm, allowed: "above 0")
      }
      let factor = factor(from: meanNorm, to: norm)
      return rows.scaled { _ in factor }
    }
  }

  /// The graph that joins samples closer than `radius`; built once, then taken from the shelf.
  ///
  /// - Parameters:
  ///   - radius: in the units of the metric, above 0.
  ///   - memory: bytes that neighbour lists may take, those of other graphs on the shelf included.
  ///     Where they alone need more, the graph computes them anew whenever they are asked for: slower,
  ///     with the same answers.
  /// - Throws: `MethodError.range`; `Interrupted`.
  package func coverageGraph(radius: Double, memory: Int) throws -> CoverageGraph {
    guard radius > 0, radius.isFinite else {
      throw MethodError.range(name: "delta", value: radius, allowed: "above 0")
    }
    // A second caller waits for the graph instead of building it twice.
    return try building.withLock { _ in
      if let graph = shelf.graph(of: self, radius: radius, memory: memory) { return graph }
      let graph =
        try archivedGraph(radius: radius, memory: memory)
        ?? archivedDegrees(radius: radius, memory: memory)
        ?? newGraph(radius: radius, memory: memory)
      shelf.keep(graph, of: self, memory: memory)
      return graph
    }
  }

  /// The graph if it is there already and as it would be made anew; nothing on the shelf moves.
  func shelvedGraph(radius: Double, memory: Int) -> CoverageGraph? {
    shelf.peek(of: self, radius: radius, memory: memory)
  }

  /// What the archive has of the graph of a radius; nil for nothing.
  func archivedBytes(radius: Double, isKept: Bool) -> Int? {
    archive?.bytes(named: "\(isKept ? "graph" : "degrees") \(radius)")
  }

  private func archivedGraph(radius: Double, memory: Int) -> CoverageGraph? {
    archive?.read(named: "graph \(radius)") { content in
      CoverageGraph(NeighbourSearch(points), radius: radius, from: &content) { bytes in
        guard bytes <= memory else { return false }
        shelf.makeRoom(for: bytes, within: memory)
        return true
      }
    }
  }

  /// Has graphs on the shelf forget their lists until others may take so many bytes.
  func makeRoom(for bytes: Int, within memory: Int) { shelf.makeRoom(for: bytes, within: memory) }

  /// Where the lists do not fit anyway, the degrees are all that a pass over all pairs would give.
  private func archivedDegrees(radius: Double, memory: Int) -> CoverageGraph? {
    archive?.read(named: "degrees \(radius)") { content in
      CoverageGraph(
        NeighbourSearch(points), radius: radius, degreesFrom: &content, memory: memory)
    }
  }

  private func newGraph(radius: Double, memory: Int) throws -> CoverageGraph {
    let started = ContinuousClock.now
    let graph = try CoverageGraph(
      NeighbourSearch(points), radius: radius, memory: memory,
      wider: graphToNarrow(to: radius, memory: memory)
    ) {
      self.shelf.makeRoom(for: $0, within: memory)
    }
    keep(
      named: "\(graph.isStored ? "graph" : "degrees") \(radius)", since: started,
      bytes: graph.encodedBytes, graph.encode)
    return graph
  }

  /// The graph of a larger radius from which that of this one is made faster than anew, where there is
  /// room for both.
  private func graphToNarrow(to radius: Double, memory: Int) -> CoverageGraph? {
    guard let wider = shelf.graph(of: self, widerThan: radius) else { return nil }
    let edges = wider.edgeCount
    let atOnce = 2 * wider.listBytes + edges / 2 * NeighbourPanel.bytesOfPair
    return edges <= count * count / 64 && atOnce <= memory ? wider : nil
  }

  /// The numbers that `compute` gives, from the archive where they are there.
  func archived(_ name: String, _ compute: () throws -> [Double]) rethrows -> [Double] {
    let size = MemoryLayout<Double>.stride
    let kept: [Double]? = archive?.read(named: name) { content in
      content.left.isMultiple(of: size) ? content.numbers(content.left / size) : nil
    }
    if let kept { return kept }
    let started = ContinuousClock.now
    let numbers = try compute()
    keep(named: name, since: started, bytes: numbers.count * size) { numbers.withUnsafeBytes($0) }
    return numbers
  }

  private func keep(
    named name: String, since started: ContinuousClock.Instant, bytes: Int,
    _ write: ((UnsafeRawBufferPointer) -> Void) -> Void
  ) {
    let time = (ContinuousClock.now - started).components
    let seconds = Double(time.seconds) + Double(time.attoseconds) * 1e-18
    archive?.keep(named: name, seconds: seconds, bytes: bytes, write)
  }
}

/// 1 / norm; 0 for a row of zeros, so that it stays one.
private func reciprocal(_ norm: Double) -> Double { norm == 0 ? 0 : 1 / norm }

/// What takes a mean norm to `target`; 1 where all rows are zero.
private func factor(from norm: Double, to target: Double) -> Double {
  norm == 0 ? 1 : target / norm
}

extension Matrix {
  /// Each row times `factor` of its index; in double, so that no factor overflows.
  fileprivate func scaled(_ factor: (Int) -> Double) -> Matrix {
    var result = self
    for i in 0..<rows {
      let multiplier = factor(i)
      for j in i * columns..<(i + 1) * columns {
        result.elements[j] = Float(Double(result.elements[j]) * multiplier)
      }
    }
    return result
  }
}

/// The shortest text of a number: "40" rather than "40.0".
func canonical(_ number: Double) -> String {
  guard let whole = Int(exactly: number) else { return "\(number)" }
  return "\(whole)"
}
