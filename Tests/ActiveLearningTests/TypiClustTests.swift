import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `Typical samples of clusters` {
  @Test(arguments: [("plain", false), ("squared", true)])
  func `meets the reference vectors in given clusters`(name: String, squared: Bool) throws {
    let reference = try Reference("typiclust")
    let embedding = Embedding(try reference.matrix("features"))
    let labeled = try reference.ints("labeled")
    let clusters = try reference.ints("clusters").map(Int32.init)
    let expected = try reference.doubles("\(name)_typicality")
    for cluster in Int32(0)..<20 {
      let members = clusters.indices.filter {
        clusters[$0] == cluster && !labeled.contains($0)
      }
      let found = try Typicality(squaredDistances: squared)
        .scores(of: embedding.points.at(members))
      #expect(zip(found, members).allSatisfy { abs($0 - expected[$1]) <= 1e-4 * expected[$1] })
    }
    var strategy = TypiClust(budget: 43, squaredDistances: squared, clusters: clusters)
    let pool = try labeledPool(embedding, labeled, classes: 10)
    let picks = try strategy.share(43, of: pool, suspecting: [])
    #expect(try picks.map(\.sample) == reference.ints("\(name)_picks"))
    let order = try reference.ints("cluster_order")
    #expect(picks.map { Int($0.term("cluster") ?? -1) } == (0..<43).map { order[$0 % 19] })
  }

  @Test func `knows how typical four points on a line are`() throws {
    let line = PointSet(Matrix(rows: 4, columns: 1, elements: [0, 0.1, 0.2, 0.3]))
    let plain = try Typicality(neighbours: 2).scores(of: line)
    #expect(isClose(plain, [6.666, 9.999, 9.999, 6.666], within: 1e-3))
    let squared = try Typicality(neighbours: 2, squaredDistances: true).scores(of: line)
    #expect(isClose(squared, [39.984, 99.9, 99.9, 39.984], within: 1e-3))
    // Half of the points at most.
    #expect(isClose(try Typicality().scores(of: line), plain, within: 1e-12))
    #expect(try Typicality().scores(of: line.at([2])) == [1 / 1e-5])
    #expect(try Typicality().scores(of: line.at([])).isEmpty)
  }

  @Test(arguments: [2, 3, 41, 256, 257, 600], Metric.allCases)
  func `measures typicality as one would by hand`(count: Int, metric: Metric) throws {
    let (features, _) = clusters(count, classes: 3, dimensions: 4, seed: count)
    // Every third row stands there twice.
    let doubled = features.rows(at: (0..<count).map { $0 % 3 == 2 ? $0 - 1 : $0 })
    let points = Embedding(doubled, metric: metric).points
    for squared in [false, true] {
      let found = try Typicality(neighbours: 7, squaredDistances: squared).scores(of: points)
      let expected = NaiveTypiClust(points).typicality(Array(0..<count), 7, squared)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-9 * $1 })
    }
  }

  @Test(arguments: 1...6)
  func `goes round the clusters as one would by hand`(seed: Int) throws {
    let (features, _) = clusters(140, classes: 4, dimensions: 3, seed: seed)
    let embedding = Embedding(features)
    var random = RandomSource(RandomKey(seed: seed, role: .evaluation))
    // Clusters of very different sizes, one of them without members.
    let parts = (0..<140).map { _ in
      Int32(min(random.integer(below: 12), random.integer(below: 12))) * 2 % 22
    }
    let labeled = random.sample(random.integer(below: 60), of: Array(0..<140))
    let suspected = labeled.filter { _ in random.uniform() < 0.3 }
    let clean = labeled.filter { !suspected.contains($0) }
    let left = 140 - labeled.count
    let pool = try labeledPool(embedding, labeled, classes: 2)
    var strategy = TypiClust(budget: left, neighbours: 3, clusters: parts)
    let found = try strategy.share(left, of: pool, suspecting: suspected)
    let naive = NaiveTypiClust(embedding.points)
    let expected = naive.picks(left, parts, clean: clean, suspected: suspected, neighbours: 3)
    #expect(found.map(\.sample) == expected)
    #expect(Set(found.map(\.sample)).count == left)
    var stream = RandomSource(RandomKey(seed: 0, role: .query))
    #expect(throws: MethodError.budget(requested: 1, available: 0)) {
      try strategy.next(using: &stream)
    }
  }

  @Test func `leaves small clusters for the end`() throws {
    // Six points, five points, one point.
    let line = Matrix(rows: 12, columns: 1, elements: [0, 1, 2, 3, 4, 5, 50, 51, 52, 53, 54, 99])
    let parts: [Int32] = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 2]
    let embedding = Embedding(line, normalization: .none)
    let pool = try labeledPool(embedding, [], classes: 1)
    var strategy = TypiClust(budget: 12, clusters: parts)
    let picks = try strategy.share(12, of: pool, suspecting: [])
    let found = picks.map { parts[$0.sample] }
    #expect(found == [1, 1, 1, 1, 1, 1, 0, 2, 0, 0, 0, 0])
    #expect(picks.map { $0.term("size") } == found.map { [5, 6, 1][Int($0)] })
    #expect(picks.allSatisfy { $0.term("labeled") == 0 })
  }

  @Test func `says what it chose among`() throws {
    let line = Matrix(rows: 5, columns: 1, elements: [0, 1, 2, 3, 10])
    let embedding = Embedding(line, normalization: .none)
    let pool = try labeledPool(embedding, [4], classes: 1)
    var strategy = TypiClust(budget: 4, minSize: 0, clusters: [0, 0, 0, 0, 0])
    let picks = try strategy.share(4, of: pool, suspecting: [])
    let reasons = picks.compactMap(\.reason)
    #expect(picks.map(\.sample) == [1, 2, 0, 3])
    #expect(reasons.map(\.tied) == [2, 2, 2, 1])
    #expect(reasons.map { $0.runnerUp?.sample } == [2, 3, 3, nil])
    #expect(picks.allSatisfy { $0.term("size") == 5 && $0.term("labeled") == 1 })
    #expect(reasons.allSatisfy { $0.covered == nil })
  }

  @Test(arguments: [(0, 7, 500, 7), (5, 7, 500, 12), (5, 90, 60, 60), (30, 25, 500, 55)])
  func `makes a cluster for each label, up to a limit`(
    labeled: Int, budget: Int, limit: Int, clusters count: Int
  ) throws {
    let (features, truth) = clusters(300, classes: 4, dimensions: 5)
    var experiment = try Experiment(features, truth: truth, classes: 4)
    let first = Array(0..<labeled)
    experiment.pool = try experiment.pool.adding(first, labels: first.map { truth[$0] })
    let found = try experiment.select(TypiClust(budget: budget, maxClusters: limit), budget)
    var random = RandomSource(
      RandomKey(seed: 7, role: .query, round: 1, method: "test/kmeans"))
    let points = try experiment.pool.embedding.points
    let parts = try KMeans(clusters: count).fit(points, using: &random).labels
    let expected = try experiment.select(TypiClust(budget: budget, clusters: parts), budget)
    #expect(found.picks == expected.picks)
    #expect(Set(found.samples).count == budget)
  }

  @Test func `keeps its clusters from share to share and counts their labels anew`() throws {
    let (features, truth) = clusters(250, classes: 4, dimensions: 5)
    let observed = try noisy(truth, classes: 4, rate: 0.4)
    let experiment = try Experiment(features, truth: truth, observed: observed, classes: 4)
    let strategy = NoiseAwareSampling(
      TypiClust(budget: 30), filter: experiment.ideal, share: 6)
    let selection = try experiment.select(strategy, 30)
    #expect(Set(selection.samples).count == 30)
    var random = RandomSource(
      RandomKey(seed: 7, role: .query, round: 1, method: "test/kmeans"))
    let points = try experiment.pool.embedding.points
    let parts = try KMeans(clusters: 30).fit(points, using: &random).labels
    let naive = NaiveTypiClust(points)
    var bought: [Int] = []
    for share in 0..<5 {
      let clean = bought.filter { observed[$0] == truth[$0] }
      let suspected = bought.filter { observed[$0] != truth[$0] }
      bought += naive.picks(6, parts, clean: clean, suspected: suspected, neighbours: 20)
      #expect(selection.samples.prefix(6 * share + 6) == bought[...])
    }
  }

  @Test func `is the same without noise under the ideal filter`() throws {
    let (features, truth) = clusters(150, classes: 4, dimensions: 4)
    let experiment = try Experiment(features, truth: truth, classes: 4)
    let alone = try experiment.select(TypiClust(budget: 12), 12)
    let aware = try experiment.select(
      NoiseAwareSampling(TypiClust(budget: 12), filter: experiment.ideal, share: 12), 12)
    #expect(aware.picks == alone.picks)
  }

  @Test func `takes each candidate once up to the last, duplicates and rows of zeros too`() throws {
    for features in [
      clusters(60, classes: 3, dimensions: 3).features, Matrix(zeros: 60, 3),
      Matrix(rows: 60, columns: 1, elements: (0..<60).map { Float($0 % 2) }),
    ] {
      for budget in [1, 59, 60] {
        let experiment = try Experiment(
          features, truth: [Int](repeating: 0, count: 60), classes: 1)
        let selection = try experiment.select(TypiClust(budget: budget), budget)
        #expect(Set(selection.samples).count == budget)
      }
    }
  }

  @Test func `agrees on one thread and on three`() throws {
    let (features, truth) = clusters(1100, classes: 5, dimensions: 6)
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    let runs = try [1, 2, 3].map { threads in
      Parallel.threads = threads
      let experiment = try Experiment(features, truth: truth, classes: 5)
      return try experiment.select(TypiClust(budget: 9), 9).picks
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func `refuses no neighbours, and no clusters`() throws {
    let (features, truth) = clusters(20, classes: 2, dimensions: 2)
    let experiment = try Experiment(features, truth: truth, classes: 2)
    #expect(throws: MethodError.range(name: "neighbours", value: 0, allowed: "at least 1")) {
      try experiment.select(TypiClust(budget: 2, neighbours: 0), 2)
    }
    #expect(throws: MethodError.range(name: "max_clusters", value: -1, allowed: "at least 1")) {
      try experiment.select(TypiClust(budget: 2, maxClusters: -1), 2)
    }
  }
}

/// TypiClust word for word, on a matrix of all pairs.
private struct NaiveTypiClust {
  let count: Int
  let distances: [Double]

  init(_ points: PointSet) {
    count = points.count
    // Euclidean, whatever the metric.
    distances = points.distances(to: points).map {
      points.square(ofDistance: $0).squareRoot()
    }
  }

  func typicality(_ members: [Int], _ neighbours: Int, _ squared: Bool = false) -> [Double] {
    let size = min(neighbours, members.count / 2)
    return members.map { i in
      let others = members.filter { $0 != i }.map { distances[i * count + $0] }.sorted()
      let sum = others.prefix(size).reduce(0) { $0 + (squared ? $1 * $1 : $1) }
      return 1 / (sum / Double(max(1, size)) + 1e-5)
    }
  }

  func picks(
    _ number: Int, _ parts: [Int32], clean: [Int], suspected: [Int], neighbours: Int
  ) -> [Int] {
    let numbers = Set(parts)
    let labels = { number in clean.count { parts[$0] == number } }
    let size = { number in parts.count { $0 == number } }
    let order = numbers.sorted {
      (labels($0), -size($0), $0) < (labels($1), -size($1), $1)
    }
    var free = (0..<count).filter { !clean.contains($0) && !suspected.contains($0) }
    var picks: [Int] = []
    for row in [order.filter { size($0) > 5 }, order.filter { size($0) <= 5 }] {
      var turn = 0
      while picks.count < number, free.contains(where: { row.contains(parts[$0]) }) {
        let members = free.filter { parts[$0] == row[turn % row.count] }
        turn += 1
        let scores = typicality(members, neighbours)
        guard let best = scores.max() else { continue }
        let pick = members[scores.firstIndex { $0 >= best * (1 - 1e-9) }!]
        picks.append(pick)
        free.removeAll { $0 == pick }
      }
    }
    return picks
  }
}
