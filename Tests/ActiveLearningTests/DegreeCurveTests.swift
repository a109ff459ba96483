import ActiveLearning
import Foundation
import LinearAlgebra
import Synchronization
import TestSupport
import Testing

@Suite struct `Degree curves` {
  @Test func `meet the reference vectors with and without coverers`() throws {
    let reference = try Reference("delta_curves")
    let embedding = Embedding(try reference.matrix("features"))
    let labeled = try reference.ints("labeled")
    let deltas = DeltaSupport.full.values(for: .l2)
    #expect(try isClose(deltas, reference.doubles("support"), within: 1e-12))
    for (prefix, ids) in [("", labeled), ("cold_", [])] {
      let curves = try DegreeCurves.of(embedding, deltas: deltas, coverers: ids, labeled: ids)
      let found = curves.statistics
      #expect(
        try isClose(found.map(\.entropy), reference.doubles("\(prefix)entropy"), within: 1e-9))
      #expect(
        try isClose(
          found.map(\.deviation), reference.doubles("\(prefix)deviation"), within: 1e-9))
      #expect(try found.map(\.largest) == reference.ints("\(prefix)max_degree"))
    }
  }

  @Test func `of ten points on a line are those that one counts by hand`() throws {
    let line: [Float] = [0, 0.1, 0.2, 0.3, 1.0, 1.1, 1.2, 2.0, 2.1, 3.0]
    let embedding = Embedding(
      Matrix(rows: 10, columns: 1, elements: line), normalization: .none)
    let curves = try DegreeCurves.of(embedding, deltas: [0.05, 0.15, 5])
    #expect((0..<10).map { curves.degree(of: $0, at: 1) } == [2, 3, 3, 2, 2, 3, 2, 2, 2, 1])
    let statistics = curves.statistics[1]
    #expect(abs(statistics.entropy - 1.29546) < 5e-6)
    #expect(abs(statistics.deviation - 0.6) < 1e-12)
    #expect(abs(statistics.mean - 2.2) < 1e-12)
    #expect(statistics.largest == 3)
    for (place, degree) in [(0, 1), (2, 10)] {
      #expect(curves.statistics[place].largest == degree)
      #expect(curves.statistics[place].entropy == 0)
      #expect(curves.statistics[place].deviation == 0)
    }
    // 1 and 5 cover three samples each.
    let covered = try DegreeCurves.of(
      embedding, deltas: [0.05, 0.15], coverers: [1, 5], labeled: [1, 5, 9])
    #expect((0..<10).map { covered.degree(of: $0, at: 1) } == [0, 0, 1, 1, 0, 0, 0, 2, 2, 0])
    #expect((0..<10).map { covered.degree(of: $0, at: 0) } == [1, 0, 1, 1, 1, 0, 1, 1, 1, 0])
  }

  /// Sizes that divide no block, and such that an even and an odd number of blocks go round.
  @Test(arguments: [1, 2, 511, 512, 513, 1025, 1600, 2100], Metric.allCases)
  func `equal the naive ones`(count: Int, metric: Metric) throws {
    let (features, _) = clusters(count, classes: 5, dimensions: 6, seed: count)
    let embedding = Embedding(features, metric: metric)
    var random = RandomSource(RandomKey(seed: count, role: .evaluation))
    let labeled = random.sample(min(count, 7), of: Array(0..<count))
    let deltas = DeltaSupport.full.values(for: metric, including: 0.123)
    for coverers in [[], labeled] {
      let curves = try DegreeCurves.of(
        embedding, deltas: deltas, coverers: coverers, labeled: labeled)
      let expected = NaiveDegrees(
        embedding.points, deltas: deltas, coverers: coverers, labeled: labeled)
      expected.expectSame(curves)
    }
  }

  /// Many distances are a radius up to rounding, and many are 0.
  @Test(arguments: Metric.allCases, Normalization.allCases)
  func `equal them where samples lie on the edges of balls`(
    metric: Metric, normalization: Normalization
  ) throws {
    var grid = Matrix(zeros: 700, 2)
    for i in 0..<700 {
      grid[i, 0] = Float(i % 25) * 0.02
      grid[i, 1] = Float(i / 40) * 0.02
    }
    let embedding = Embedding(grid, metric: metric, normalization: normalization)
    let deltas = DeltaSupport.full.values(for: metric)
    let expected = NaiveDegrees(embedding.points, deltas: deltas, coverers: [3], labeled: [])
    expected.expectSame(try DegreeCurves.of(embedding, deltas: deltas, coverers: [3]))
  }

  /// Rows of zeros, rows that `Float` cannot square, one that is far from all others.
  @Test(arguments: Metric.allCases, Normalization.allCases)
  func `equal them for rows of any length`(
    metric: Metric, normalization: Normalization
  ) throws {
    var (features, _) = clusters(600, classes: 5, dimensions: 3)
    for k in 0..<3 {
      for zero in [0, 5, 599] { features[zero, k] = 0 }
      for (row, size) in [(7, Float(1e30)), (8, 1e-30), (520, 1e25), (9, 1e6)] {
        features[row, k] *= size
      }
    }
    let embedding = Embedding(features, metric: metric, normalization: normalization)
    for deltas in [[1e-40, 1e-12, 0.1, 1], [0.5, 1.5, 2.5, 1e7, 1e40], [1e-8]] {
      let expected = NaiveDegrees(embedding.points, deltas: deltas, coverers: [5], labeled: [])
      expected.expectSame(try DegreeCurves.of(embedding, deltas: deltas, coverers: [5]))
    }
  }

  /// Rows of zeros, rows that `Float` cannot square, many distances that are a radius.
  @Test(arguments: Metric.allCases, Normalization.allCases)
  func `change with the limits to what these make anew`(
    metric: Metric, normalization: Normalization
  ) throws {
    var (features, _) = clusters(1300, classes: 5, dimensions: 3)
    for i in 600..<1100 {
      for k in 0..<3 { features[i, k] = Float(i % (3 * k + 5)) * 0.02 }
    }
    for k in 0..<3 {
      for zero in [0, 5, 1299] { features[zero, k] = 0 }
      for (row, size) in [(7, Float(1e30)), (8, 1e-30), (520, 1e25)] { features[row, k] *= size }
    }
    let points = Embedding(features, metric: metric, normalization: normalization).points
    let deltas = DeltaSupport.full.values(for: metric)
    let curves = DistanceCurves(points, radii: deltas)
    var random = RandomSource(RandomKey(seed: 3, role: .evaluation))
    var limits = [Int32](repeating: Int32(deltas.count), count: 1300)
    var counts = try curves.counts(limits: limits)
    for size in [1, 40, 1300] {
      let before = limits
      for sample in random.sample(size, of: Array(0..<1300)) + [7, 0] {
        limits[sample] = Int32(random.integer(below: deltas.count + 1))
      }
      try curves.update(&counts, limits: before, to: limits)
      #expect(try counts == curves.counts(limits: limits))
    }
  }

  @Test func `follow coverers that come and go, and look at few pairs for it`() throws {
    let (features, _) = clusters(2100, classes: 5, dimensions: 6)
    let embedding = Embedding(features)
    let deltas = DeltaSupport.full.values(for: .l2)
    var random = RandomSource(RandomKey(seed: 4, role: .evaluation))
    let samples = random.sample(60, of: Array(0..<2100))
    var degrees = ChangingDegrees(embedding)
    // Of five blocks of rows, a pass over all pairs makes three steps.
    let totals = Mutex<Set<Int>>([])
    let meter = ProgressMeter { _, _, total in totals.withLock { _ = $0.insert(total) } }
    for (count, radii) in [
      (0, deltas), (50, deltas), (51, deltas), (55, Array(deltas.prefix(20))), (54, deltas),
    ] {
      let coverers = Array(samples.prefix(count))
      let distances = (0..<2100).map { sample in
        coverers.map { embedding.points.distance(sample, to: embedding.points, $0) }.min()
          ?? .infinity
      }
      totals.withLock { $0 = [] }
      let found = try ProgressMeter.$current.withValue(meter) {
        try degrees.statistics(at: radii, coveredFrom: distances, labeled: coverers)
      }
      #expect(totals.withLock { $0 } == (count > 50 ? [5] : [3]))
      let expected = try DegreeCurves.of(
        embedding, deltas: radii, coverers: coverers, labeled: coverers)
      #expect(found == expected.statistics)
    }
  }

  @Test func `are the degrees of the graphs`() throws {
    let (features, _) = clusters(900, classes: 5, dimensions: 20, spread: 1)
    let embedding = Embedding(features)
    let deltas = [0.3, 0.7, 0.9, 1.05]
    let curves = try DegreeCurves.of(embedding, deltas: deltas)
    for (place, delta) in deltas.enumerated() {
      let graph = try embedding.coverageGraph(radius: delta, memory: 0)
      #expect((0..<900).map { Int32(curves.degree(of: $0, at: place)) } == graph.degrees)
    }
  }

  @Test func `do not depend on the number of threads`() throws {
    let (features, _) = clusters(1700, classes: 5, dimensions: 20)
    let embedding = Embedding(features)
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    let runs = try [1, 2, 3].map { threads in
      Parallel.threads = threads
      return try DegreeCurves.of(
        embedding, deltas: DeltaSupport.full.values(for: .l2), coverers: [1, 2], labeled: [1]
      ).statistics
    }
    #expect(runs.allSatisfy { $0 == runs[0] })
  }

  @Test(arguments: [[0], [-1], [0.2, 0.1], [0.1, 0.1], [Double.nan], [.infinity]])
  func `refuse radii that are none`(deltas: [Double]) {
    #expect(throws: MethodError.self) {
      try DegreeCurves.of(Embedding(Matrix(zeros: 3, 2)), deltas: deltas)
    }
  }

  @Test func `are empty for no radii and for no samples`() throws {
    let embedding = Embedding(Matrix(zeros: 3, 2))
    #expect(try DegreeCurves.of(embedding, deltas: [], coverers: [1]).statistics.isEmpty)
    #expect(try CoverageCurve.of(embedding, deltas: []).rows.isEmpty)
    let nothing = Embedding(Matrix(zeros: 0, 2))
    let row = try CoverageCurve.of(nothing, deltas: [0.5], coverers: [[]]).rows[0]
    #expect(row.degrees == DegreeStatistics(of: []))
    #expect(row.coverage == [0])
    let points = Embedding(Matrix(zeros: 3, 0))
    #expect(try DegreeCurves.of(points, deltas: [0.5]).statistics[0].mean == 3)
  }

  @Test func `refuse coverers that are not there`() {
    let embedding = Embedding(Matrix(zeros: 3, 2))
    #expect(throws: MethodError.noSuchSample(3, count: 3)) {
      try DegreeCurves.of(embedding, deltas: [1], coverers: [3])
    }
    #expect(throws: MethodError.noSuchSample(-1, count: 3)) {
      try DegreeCurves.of(embedding, deltas: [1], labeled: [-1])
    }
  }

  @Test func `stop at the next pass when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (features, _) = clusters(3000, classes: 5, dimensions: 8)
      nonisolated(unsafe) var last = 0
      let meter = ProgressMeter { work, done, _ in
        guard work == "degree curves" else { return }
        last = done
        if done == 2 { Interrupt.request() }
      }
      #expect(throws: Interrupted.self) {
        try ProgressMeter.$current.withValue(meter) {
          _ = try DegreeCurves.of(Embedding(features), deltas: [0.5])
        }
      }
      #expect(last == 2)
    }
  }
}

@Suite struct `A coverage curve` {
  @Test func `says at each radius what the graph of that radius does`() throws {
    let reference = try Reference("delta_curves")
    let embedding = Embedding(try reference.matrix("features"))
    let labeled = try reference.ints("labeled")
    let purity = try PurityCurve.of(embedding, groups: reference.ints("pseudo_labels"))
    let deltas = DeltaSupport.full.values(for: .l2)
    let curve = try CoverageCurve.of(
      embedding, deltas: deltas, coverers: [labeled, Array(labeled.prefix(4)), []], purity: purity)
    #expect(curve.rows.map(\.delta) == deltas)
    for row in curve.rows {
      let naive = NaiveCover(embedding.points, radius: row.delta)
      #expect(
        row.coverage
          == [naive.coverage(of: labeled), naive.coverage(of: Array(labeled.prefix(4))), 0])
    }
    #expect(
      try isClose(
        curve.rows.map(\.degrees.entropy), reference.doubles("cold_entropy"), within: 1e-9))
    #expect(
      try isClose(
        curve.rows.map { $0.purity ?? .nan }, Array(reference.doubles("purity").prefix(55)),
        within: 1e-12))
    #expect(try CoverageCurve.of(embedding, deltas: [0.5]).rows[0].purity == nil)
  }
}

/// Degrees counted pair by pair for each radius.
struct NaiveDegrees {
  let deltas: [Double]
  /// Per radius, per sample.
  let degrees: [[Int]]

  init(_ points: PointSet, deltas: [Double], coverers: [Int], labeled: [Int]) {
    let count = points.count
    let distances = points.distances(to: points)
    let isLabeled = Set(labeled)
    self.deltas = deltas
    degrees = deltas.map { delta in
      let isCovered = (0..<count).map { y in
        coverers.contains { distances[$0 * count + y] < delta }
      }
      return (0..<count).map { x in
        if isLabeled.contains(x) { return 0 }
        var degree = 0
        for y in 0..<count where distances[x * count + y] < delta && !isCovered[y] { degree += 1 }
        return degree
      }
    }
  }

  func expectSame(_ curves: DegreeCurves) {
    for (place, expected) in degrees.enumerated() {
      #expect(expected.indices.map { curves.degree(of: $0, at: place) } == expected)
      let mean = Double(expected.reduce(0, +)) / Double(expected.count)
      let variance =
        expected.reduce(0) { $0 + pow(Double($1) - mean, 2) } / Double(expected.count)
      var histogram: [Int: Int] = [:]
      for degree in expected { histogram[degree, default: 0] += 1 }
      let shares = histogram.values.map { Double($0) / Double(expected.count) }
      let found = curves.statistics[place]
      #expect(found.largest == expected.max())
      #expect(abs(found.mean - mean) <= 1e-9 * mean)
      #expect(abs(found.deviation - variance.squareRoot()) <= 1e-6)
      #expect(abs(found.entropy + shares.reduce(0) { $0 + $1 * log2($1) }) <= 1e-9)
    }
  }
}
