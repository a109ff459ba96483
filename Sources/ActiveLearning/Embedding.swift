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

  /// Where graphs are kept beyond this process; nil for nowhere.
  package let archive: (any DerivedArchive)?

  private let meanNorm: Double
  private let shelf = Mutex(GraphShelf())

  package init(
    _ features: Matrix, metric: Metric = .l2, normalization: Normalization = .unit,
    archive: (any DerivedArchive)? = nil
  ) {
    self.archive = archive
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

  /// The graph that joins samples closer than `radius`; built once, then taken from a small cache.
  ///
  /// - Parameters:
  ///   - radius: in the units of the metric, above 0.
  ///   - memory: bytes that neighbour lists may take. Where they need more, the graph computes them
  ///     anew whenever they are asked for: slower, with the same answers.
  /// - Throws: `MethodError.range`; `Interrupted`.
  package func coverageGraph(radius: Double, memory: Int) throws -> CoverageGraph {
    guard radius > 0, radius.isFinite else {
      throw MethodError.range(name: "delta", value: radius, allowed: "above 0")
    }
    // Held while building: a second caller waits for the graph instead of building it twice.
    return try shelf.withLock { shelf in
      if let graph = shelf.graph(radius: radius, memory: memory) { return graph }
      let graph =
        try archivedGraph(radius: radius, memory: memory)
        ?? newGraph(radius: radius, memory: memory)
      shelf.keep(graph, memory: memory)
      return graph
    }
  }

  private func archivedGraph(radius: Double, memory: Int) -> CoverageGraph? {
    guard let bytes = archive?.bytes(named: "graph \(radius)"),
      let graph = CoverageGraph(NeighbourSearch(points), radius: radius, encoded: bytes),
      graph.listBytes <= memory
    else { return nil }
    return graph
  }

  private func newGraph(radius: Double, memory: Int) throws -> CoverageGraph {
    let started = ContinuousClock.now
    let graph = try CoverageGraph(NeighbourSearch(points), radius: radius, memory: memory)
    if graph.isStored {
      let time = (ContinuousClock.now - started).components
      let seconds = Double(time.seconds) + Double(time.attoseconds) * 1e-18
      archive?.keep(named: "graph \(radius)", seconds: seconds) { graph.encoded ?? [] }
    }
    return graph
  }
}

/// The graphs used last, newest first, as many as fit into the memory allowed, at least one.
private struct GraphShelf: Sendable {
  private var graphs: [CoverageGraph] = []

  mutating func graph(radius: Double, memory: Int) -> CoverageGraph? {
    // A streamed graph may do better with more memory than it was built with, and a stored one
    // may be larger than is now allowed.
    guard
      let index = graphs.firstIndex(where: {
        $0.radius == radius && $0.isStored == ($0.listBytes <= memory)
      })
    else { return nil }
    let graph = graphs.remove(at: index)
    graphs.insert(graph, at: 0)
    return graph
  }

  mutating func keep(_ graph: CoverageGraph, memory: Int) {
    graphs.removeAll { $0.radius == graph.radius }
    graphs.insert(graph, at: 0)
    while graphs.count > 1, graphs.reduce(0, { $0 + $1.bytes }) > memory { graphs.removeLast() }
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
