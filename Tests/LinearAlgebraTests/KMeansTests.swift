import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `k-means` {
  @Test(arguments: [(0.0, ""), (1e-4, "usual_")])
  func `meets the reference vectors from given centres`(tolerance: Double, prefix: String) throws {
    let oracle = try Oracle("k_means")
    let points = try oracle.matrix("points")
    let found = try KMeans(clusters: 10, tolerance: tolerance)
      .fit(PointSet(points), from: points.rows(at: oracle.ints("start_rows")))
    #expect(try found.labels.map(Int.init) == oracle.ints("\(prefix)labels"))
    #expect(try Double(found.iterations) == oracle.scalar("\(prefix)iterations"))
    expectClose(
      found.centres.elements.map(Double.init), try oracle.doubles("\(prefix)centres"),
      absolute: 1e-5)
    expectClose([found.inertia], [try oracle.scalar("\(prefix)inertia")], absolute: 1e-5)
  }

  @Test func `meets them after a cluster without points took the farthest one`() throws {
    let oracle = try Oracle("k_means")
    let points = try oracle.matrix("points")
    let found = try KMeans(clusters: 10, tolerance: 0)
      .fit(PointSet(points), from: points.rows(at: oracle.ints("duplicate_start_rows")))
    #expect(try found.labels.map(Int.init) == oracle.ints("duplicate_labels"))
    expectClose([found.inertia], [try oracle.scalar("duplicate_inertia")], absolute: 1e-5)
  }

  @Test(arguments: [1, 2, 511, 513, 1100], [1, 3, 17])
  func `is Lloyd's iteration word for word`(count: Int, clusters: Int) throws {
    // On a grid many points are as near to one centre as to another.
    for rows in [clusteredRows(count, 7, seed: 3), gridRows(count, 2, side: 9, seed: 3)] {
      let start = rows.rows(at: (0..<min(clusters, count)).map { $0 * 7 % count })
      let found = try KMeans(clusters: clusters, tolerance: 0).fit(PointSet(rows), from: start)
      let expected = NaiveKMeans(rows).lloyd(from: start)
      #expect(found.labels == expected.labels)
      #expect(found.centres == expected.centres)
    }
  }

  @Test(arguments: [(1100, 12), (300, 50), (40, 40), (7, 1), (1, 1)])
  func `draws the first centres by k-means++`(count: Int, clusters: Int) throws {
    for seed in 1...3 {
      let rows = clusteredRows(count, 5, seed: seed)
      let stream = RandomSource(RandomKey(seed: seed, role: .query))
      var (draws, judge) = (stream, stream)
      let found = try KMeans(clusters: clusters, algorithm: .lloyd).fit(points: rows, using: &draws)
      let seeds = NaiveKMeans(rows).seeds(clusters, using: &judge)
      let expected = try KMeans(clusters: clusters).fit(PointSet(rows), from: rows.rows(at: seeds))
      #expect(found == expected)
      #expect(draws.uniform() == judge.uniform(), "as many draws")
    }
  }

  @Test(arguments: KMeans.Algorithm.allCases)
  func `finds clusters that lie well apart`(algorithm: KMeans.Algorithm) throws {
    for seed in 1...5 {
      let rows = clusteredRows(900, 8, seed: seed, spread: 0.02)
      var random = RandomSource(RandomKey(seed: seed, role: .query))
      let found = try KMeans(clusters: 5, algorithm: algorithm).fit(points: rows, using: &random)
      let spread = found.inertia / 900
      #expect(spread < 2 * 8 * 0.02 * 0.02)
      #expect(Set(found.labels).count == 5)
    }
  }

  @Test func `does about as well by batches as by all points`() throws {
    let rows = clusteredRows(11_003, 6, seed: 2)
    var random = RandomSource(RandomKey(seed: 1, role: .query))
    let whole = try KMeans(clusters: 64, algorithm: .lloyd).fit(points: rows, using: &random)
    let batches = try KMeans(clusters: 64, algorithm: .minibatch).fit(points: rows, using: &random)
    #expect(batches.inertia < 1.08 * whole.inertia)
    #expect(batches.inertia > 0.9 * whole.inertia)
    #expect(Set(batches.labels) == Set(0..<64))
    let nearest = try NearestSearch(PointSet(batches.centres)).nearest(to: PointSet(rows))
    #expect(batches.labels == nearest.map(Int32.init))
    #expect(batches.iterations >= 11 && batches.iterations < 300)
  }

  @Test func `turns to batches above 50 clusters`() throws {
    let rows = clusteredRows(400, 4, seed: 9)
    for (clusters, algorithm) in [(50, KMeans.Algorithm.lloyd), (51, .minibatch)] {
      let stream = RandomSource(RandomKey(seed: 1, role: .query))
      var (one, other) = (stream, stream)
      let chosen = try KMeans(clusters: clusters).fit(points: rows, using: &one)
      let named = try KMeans(clusters: clusters, algorithm: algorithm)
        .fit(points: rows, using: &other)
      #expect(chosen == named)
    }
  }

  @Test(arguments: KMeans.Algorithm.allCases)
  func `leaves clusters empty where too few points are distinct`(algorithm: KMeans.Algorithm) throws
  {
    let rows = gridRows(200, 2, side: 2, seed: 1)
    var random = RandomSource(RandomKey(seed: 1, role: .query))
    let found = try KMeans(clusters: 60, algorithm: algorithm).fit(points: rows, using: &random)
    #expect(found.centres.rows == 60)
    #expect(found.inertia == 0)
    #expect(Set(found.labels).count == 4)
    let corners = (0..<200).map { rows[$0, 0] * 2 + rows[$0, 1] }
    #expect(Set(zip(corners, found.labels).map { [$0, Float($1)] }).count == 4)
  }

  @Test(arguments: KMeans.Algorithm.allCases)
  func `makes no more clusters than points, and at least one`(algorithm: KMeans.Algorithm) throws {
    var random = RandomSource(RandomKey(seed: 1, role: .query))
    let three = clusteredRows(3, 2, seed: 1)
    let all = try KMeans(clusters: 9, algorithm: algorithm).fit(points: three, using: &random)
    #expect(Set(all.labels) == [0, 1, 2])
    #expect(all.inertia < 1e-12)
    let one = try KMeans(clusters: 0, algorithm: algorithm).fit(points: three, using: &random)
    #expect(one.labels == [0, 0, 0])
    expectClose(one.centres.elements.map(Double.init), three.columnMeans(), absolute: 1e-6)
    let none = try KMeans(clusters: 4, algorithm: algorithm)
      .fit(points: Matrix(zeros: 0, 2), using: &random)
    #expect(none.labels.isEmpty && none.centres.rows == 0 && none.inertia == 0)
  }

  @Test func `parts unit rows where the points are unit rows, whatever their metric`() throws {
    var rows = clusteredRows(300, 4, seed: 2)
    for k in 0..<4 { rows[17, k] = 0 }
    let multipliers = rows.unitMultipliers()
    var unit = rows
    for i in 0..<300 {
      for k in 0..<4 { unit[i, k] = Float(Double(rows[i, k]) * multipliers[i]) }
    }
    let start = unit.rows(at: [0, 50, 100, 150])
    let kMeans = KMeans(clusters: 4)
    let expected = try kMeans.fit(PointSet(unit), from: start)
    for points in [PointSet(rows, multipliers: multipliers), PointSet(rows, metric: .cosine)] {
      let found = try kMeans.fit(points, from: start)
      #expect(found.labels == expected.labels)
      expectClose([found.inertia], [expected.inertia])
    }
  }

  @Test func `does not mind rows at the limits of floats`() throws {
    var rows = clusteredRows(60, 3, seed: 3)
    for (row, scale) in [(0, Float(1e-30)), (9, 1e30), (14, 0x1p-139), (28, 1e38)] {
      for k in 0..<3 { rows[row, k] *= scale }
    }
    var random = RandomSource(RandomKey(seed: 1, role: .query))
    let found = try KMeans(clusters: 3).fit(points: rows, using: &random)
    #expect(found.labels[9] != found.labels[28])
    #expect(found.labels[9] != found.labels[0])
  }

  @Test(arguments: [KMeans.Algorithm.lloyd, .minibatch])
  func `parts alike on one thread and on three`(algorithm: KMeans.Algorithm) throws {
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    let rows = clusteredRows(5600, 6, seed: 4, spread: 1)
    let runs = try [1, 2, 3].map { threads in
      Parallel.threads = threads
      var random = RandomSource(RandomKey(seed: 5, role: .query))
      return try KMeans(clusters: 30, algorithm: algorithm).fit(points: rows, using: &random)
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test(arguments: ["first centres", "k-means"])
  func `stops when interrupted`(work: String) async {
    await #expect(processExitsWith: .success) { [work] in
      Parallel.threads = 1
      for algorithm in [KMeans.Algorithm.lloyd, .minibatch] {
        Interrupt.clear()
        nonisolated(unsafe) var last = 0
        let meter = ProgressMeter { watched, done, _ in
          guard watched == work else { return }
          last = done
          if done == 2 { Interrupt.request() }
        }
        #expect(throws: Interrupted.self) {
          var random = RandomSource(RandomKey(seed: 5, role: .query))
          try ProgressMeter.$current.withValue(meter) {
            _ = try KMeans(clusters: 8, algorithm: algorithm)
              .fit(points: clusteredRows(500, 6, seed: 4, spread: 3), using: &random)
          }
        }
        #expect(last == 2)
      }
    }
  }
}

/// k-means by its definition, on one thread and in double.
private struct NaiveKMeans {
  let rows: Matrix

  init(_ rows: Matrix) { self.rows = rows }

  /// Until no label changes.
  func lloyd(from start: Matrix) -> (labels: [Int32], centres: Matrix) {
    var centres = start
    var labels: [Int32] = []
    while true {
      let last = labels
      labels = nearest(centres)
      centres = moved(centres, labels)
      if labels == last { return (labels, centres) }
    }
  }

  private func nearest(_ centres: Matrix) -> [Int32] {
    let (points, set) = (PointSet(rows), PointSet(centres))
    return (0..<rows.rows).map { i in
      let distances = (0..<centres.rows).map { points.distance(i, to: set, $0) }
      return Int32(distances.firstIndex(of: distances.min()!)!)
    }
  }

  private func moved(_ centres: Matrix, _ labels: [Int32]) -> Matrix {
    var (centres, labels) = (centres, labels)
    let (points, set) = (PointSet(rows), PointSet(centres))
    let gaps = labels.enumerated().map { points.distance($0, to: set, Int($1)) }
    let empty = (0..<Int32(centres.rows)).filter { !labels.contains($0) }
    let order = labels.indices.filter { gaps[$0] > 0 }.sorted { (-gaps[$0], $0) < (-gaps[$1], $1) }
    var movers = order[...]
    for cluster in empty {
      while let mover = movers.popFirst() {
        guard labels.count(where: { $0 == labels[mover] }) > 1 else { continue }
        labels[mover] = cluster
        break
      }
    }
    for cluster in 0..<centres.rows {
      let members = labels.indices.filter { labels[$0] == cluster }
      guard !members.isEmpty else { continue }
      for k in 0..<centres.columns {
        let sum = members.reduce(0.0) { $0 + Double(rows[$1, k]) }
        centres[cluster, k] = Float(sum / Double(members.count))
      }
    }
    return centres
  }

  func seeds(_ count: Int, using random: inout RandomSource) -> [Int] {
    let points = PointSet(rows)
    var seeds = [random.integer(below: rows.rows)]
    while seeds.count < count {
      let least = squares(points, seeds)
      let sum = least.reduce(0, +)
      guard sum > 0 else {
        seeds.append(random.integer(below: rows.rows))
        continue
      }
      let draws = (0..<2 + Int(log(Double(count)))).map { _ in
        let target = random.uniform() * sum
        var running = 0.0
        return least.firstIndex { square in
          running += square
          return running > target
        }!
      }
      let sums = draws.map { squares(points, seeds + [$0]).reduce(0, +) }
      seeds.append(draws[sums.firstIndex(of: sums.min()!)!])
    }
    return seeds
  }

  private func squares(_ points: PointSet, _ seeds: [Int]) -> [Double] {
    (0..<points.count).map { i in
      let distance = seeds.map { points.distance(i, to: points, $0) }.min()!
      return distance * distance
    }
  }
}
