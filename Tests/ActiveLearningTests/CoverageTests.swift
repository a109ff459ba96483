import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `A coverage graph` {
  /// Lists are kept under the first, and computed whenever needed under the second.
  static let memories = [1 << 30, 0]

  @Test(arguments: [1, 2, 255, 256, 257, 300, 513], memories)
  func `equals the naive answer at sizes that divide no tile`(count: Int, memory: Int) throws {
    let (features, _) = clusters(count, classes: 5, dimensions: 6, seed: count)
    let embedding = Embedding(features)
    let graph = try embedding.coverageGraph(radius: 0.5, memory: memory)
    let naive = NaiveCover(embedding.points, radius: 0.5)
    #expect(graph.isStored == (memory > 0))
    #expect(graph.degrees.map(Int.init) == naive.degrees)
    #expect(graph.edgeCount == naive.degrees.reduce(0, +))
    var random = RandomSource(RandomKey(seed: count, role: .evaluation))
    var cover = GreedyCover(graph)
    for _ in 0..<4 {
      let coverers = random.sample(random.integer(below: min(count, 9) + 1), of: Array(0..<count))
      try cover.cover(exactlyBy: coverers)
      #expect(cover.gains.map(Int.init) == naive.gains(coverers: coverers))
      #expect(cover.coverage == naive.coverage(of: coverers))
      #expect(try graph.coverage(of: coverers) == naive.coverage(of: coverers))
    }
  }

  @Test func `hands out its balls in the order asked for`() throws {
    let (features, _) = clusters(300, classes: 3, dimensions: 4)
    let embedding = Embedding(features, metric: .cosine)
    let naive = NaiveCover(embedding.points, radius: 0.1)
    let centers = [299, 0, 7, 0, 256]
    for memory in Self.memories {
      let graph = try embedding.coverageGraph(radius: 0.1, memory: memory)
      var seen: [Int] = []
      try graph.forEachBall(of: centers) { center, ball in
        seen.append(center)
        #expect(ball.map(Int.init) == (0..<300).filter { naive.inBall[center][$0] })
      }
      #expect(seen == centers)
    }
  }

  @Test func `is built once for each radius`() throws {
    let (features, _) = clusters(50, classes: 3, dimensions: 4)
    let embedding = Embedding(features)
    let first = try embedding.coverageGraph(radius: 0.5, memory: 1 << 20)
    let other = try embedding.coverageGraph(radius: 0.4, memory: 1 << 20)
    #expect(try embedding.coverageGraph(radius: 0.5, memory: 1 << 20) === first)
    #expect(try embedding.coverageGraph(radius: 0.4, memory: 1 << 20) === other)
  }

  /// Of the smaller radii each is made from the graph before it where there is room for both.
  @Test(arguments: [Metric.l2, .cosine], [1 << 30, 40_000, 12_000, 0])
  func `of one radius after another is the one made anew`(metric: Metric, memory: Int) throws {
    let (features, _) = clusters(700, classes: 200, dimensions: 9)
    let embedding = Embedding(features, metric: metric)
    for radius in [0.8, 0.5, 0.45, 0.6, 0.2, 0.01, 0.45] {
      let graph = try embedding.coverageGraph(radius: radius, memory: memory)
      let anew = try Embedding(features, metric: metric)
        .coverageGraph(radius: radius, memory: 1 << 30)
      #expect(graph.degrees == anew.degrees)
      #expect(graph.isStored == (anew.listBytes <= memory))
      #expect(try balls(of: graph) == balls(of: anew))
    }
  }

  private func balls(of graph: CoverageGraph) throws -> [[Int32]] {
    var balls: [[Int32]] = []
    try graph.forEachBall(of: Array(0..<graph.count)) { balls.append(Array($1)) }
    return balls
  }

  @Test func `is forgotten when newer ones need the memory`() throws {
    let (features, _) = clusters(50, classes: 3, dimensions: 4)
    let embedding = Embedding(features)
    let first = try embedding.coverageGraph(radius: 0.5, memory: 1 << 20)
    let room = first.bytes
    _ = try embedding.coverageGraph(radius: 0.4, memory: room)
    #expect(try embedding.coverageGraph(radius: 0.5, memory: room) !== first)
  }

  @Test func `follows the memory it may take`() throws {
    let (features, _) = clusters(50, classes: 3, dimensions: 4)
    let embedding = Embedding(features)
    let stored = try embedding.coverageGraph(radius: 0.5, memory: 1 << 20)
    let exact = try embedding.coverageGraph(radius: 0.5, memory: stored.bytes)
    let streamed = try embedding.coverageGraph(radius: 0.5, memory: stored.bytes - 1)
    #expect(exact === stored)
    #expect(!streamed.isStored)
    #expect(streamed.bytes == 0)
    #expect(streamed.edgeCount == stored.edgeCount)
    #expect(try embedding.coverageGraph(radius: 0.5, memory: 1 << 20).isStored)
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func `refuses a radius that is none`(radius: Double) throws {
    let embedding = Embedding(Matrix(zeros: 3, 2))
    let error = #expect(throws: MethodError.self) {
      try embedding.coverageGraph(radius: radius, memory: 0)
    }
    guard case .range("delta", _, _) = error else {
      Issue.record("not a range error: \(String(describing: error))")
      return
    }
  }

  @Test func `stops at the next block when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (features, _) = clusters(5000, classes: 5, dimensions: 8)
      let embedding = Embedding(features)
      nonisolated(unsafe) var reports = 0
      Parallel.threads = 1
      let meter = ProgressMeter { _, done, _ in
        reports += 1
        if reports == 3 { Interrupt.request() }
      }
      #expect(throws: Interrupted.self) {
        try ProgressMeter.$current.withValue(meter) {
          _ = try embedding.coverageGraph(radius: 0.5, memory: 1 << 30)
        }
      }
      #expect(reports == 3)
      Interrupt.clear()
      let graph = try embedding.coverageGraph(radius: 0.5, memory: 1 << 30)
      #expect(graph.count == 5000)
    }
  }
}

@Suite struct `An embedding` {
  static let rows = Matrix(rows: 3, columns: 2, elements: [3, 4, 0, 0, 0, 10])

  @Test func `scales its rows to a mean norm of 2.5`() throws {
    let embedding = Embedding(Self.rows)
    #expect(embedding.scaleFactor == 0.5)
    #expect(try embedding.scaled(rows: [2, 0]).elements == [0, 5, 1.5, 2])
    #expect(try embedding.scaled(rows: [0], scale: .raw).elements == [3, 4])
    #expect(
      try embedding.scaled(rows: [0, 1, 2], scale: .unit).elements == [0.6, 0.8, 0, 0, 0, 1])
    #expect(try embedding.scaled(rows: [0], scale: .meanNorm(10)).elements == [6, 8])
  }

  @Test func `scales a test row by the factor of the pool`() throws {
    let test = Matrix(rows: 1, columns: 2, elements: [2, 0])
    let embedding = Embedding(Self.rows)
    #expect(try embedding.scaled(test).elements == [1, 0])
    #expect(try embedding.scaled(test, scale: .unit).elements == [1, 0])
    #expect(try embedding.scaled(test, scale: .meanNorm(10)).elements == [4, 0])
  }

  @Test func `leaves a pool of zeros as it is`() throws {
    let embedding = Embedding(Matrix(zeros: 2, 2))
    #expect(embedding.scaleFactor == 1)
    #expect(try embedding.scaled(rows: [0, 1], scale: .meanNorm(3)) == Matrix(zeros: 2, 2))
    #expect(try embedding.coverageGraph(radius: 0.1, memory: 0).degrees == [2, 2])
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func `refuses a mean norm that is none`(norm: Double) {
    #expect(throws: MethodError.self) {
      try Embedding(Self.rows).scaled(rows: [0], scale: .meanNorm(norm))
    }
  }

  @Test func `normalises by each row, by the longest, or not at all`() {
    let lengths = Normalization.allCases.map { kind in
      let points = Embedding(Self.rows, normalization: kind).points
      let zero = PointSet(Matrix(zeros: 1, 2))
      return (0..<3).map { points.distance($0, to: zero, 0) }
    }
    #expect(lengths == [[1, 0, 1], [0.5, 0, 1], [5, 0, 10]])
  }
}
