import LinearAlgebra

/// Covers the pool softly: each pick is the candidate that adds most to the mean over all samples of
/// the kernel's value for their nearest labeled sample.
///
/// Greedy maximisation of mean_y max_{x ∈ L} k(x, y) (Bae et al. 2024, arXiv 2407.12212); with the
/// kernel `tophat` it is `ProbCover` with its delta for a width. Gains within 1e-9 of the largest,
/// relatively, are ties. Once everything is covered all candidates gain 0 and the tie rule decides.
///
/// The first share costs one pass over all pairs (N² · d / 2). Where the kernel's values for all pairs,
/// 4 N² bytes, fit into the memory given, they are kept and each pick reads some rows of them; else it
/// costs its distances to all samples and those of the few candidates whose gains have to be computed
/// again, in O(N) memory. The picks are the same.
package struct MaxHerding: CoverageStrategy {
  /// The kernel's width, in the units of the embedding's metric.
  package let sigma: Double
  package let kernel: Kernel
  package let ties: TieRule
  /// Bytes that kept values may take.
  private let memory: Int

  private var work: Work?

  private struct Work: Sendable {
    let embedding: Embedding
    var gains: KernelGains
    var isCandidate: [Bool]
  }

  package init(
    sigma: Double = 1, kernel: Kernel = .rbf, ties: TieRule = .lowest, memory: Int = 1 << 30
  ) {
    self.memory = memory
    self.sigma = sigma
    self.kernel = kernel
    self.ties = ties
  }

  package var radius: Double? { nil }

  /// Whether the kernel's values for all pairs of so many samples fit.
  package static func keeps(_ count: Int, memory: Int) -> Bool {
    KeptKernel.bytes(for: count).map { $0 <= memory } ?? false
  }

  /// - Throws: also `MethodError.range` for a sigma that is not above 0.
  package mutating func begin(clean: [Int], suspected: [Int], in pool: Pool) throws {
    var work = try takeWork(for: pool.embedding)
    try work.gains.cover(exactlyBy: clean)
    work.isCandidate = pool.isLabeled.map { !$0 }
    self.work = work
  }

  package mutating func next(using random: inout RandomSource) throws -> Pick {
    guard var work else { throw MethodError.budget(requested: 1, available: 0) }
    self.work = nil
    let pick = try work.gains.take(from: &work.isCandidate, ties: ties, using: &random)
    self.work = work
    return pick
  }

  /// The state of the last share, without a second owner so that changing it copies nothing.
  private mutating func takeWork(for embedding: Embedding) throws -> Work {
    if let work, work.embedding === embedding {
      self.work = nil
      return work
    }
    // Beyond these, distances over sigma leave the range of doubles.
    guard (1e-100...1e100).contains(sigma) else {
      throw MethodError.range(name: "sigma", value: sigma, allowed: "1e-100 to 1e100")
    }
    let measure = KernelMeasure(
      kernel, width: sigma, on: embedding.points, farthest: embedding.farthest)
    return Work(
      embedding: embedding, gains: embedding.kernelGains(measure, memory: memory),
      isCandidate: [])
  }
}

extension Embedding {
  /// The gains of a kernel, for whose kept values graphs on the shelf make room.
  func kernelGains(_ measure: KernelMeasure, memory: Int) -> KernelGains {
    if let bytes = KeptKernel.bytes(for: count), bytes <= memory {
      makeRoom(for: bytes, within: memory)
    }
    return KernelGains(measure, memory: memory)
  }

  /// A bound on the distances: unit rows are at most 2 apart, others at most twice the longest.
  var farthest: Double {
    metric == .cosine || normalization == .unit ? 2 : 2 * points.longest
  }
}
