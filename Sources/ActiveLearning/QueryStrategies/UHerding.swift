import Foundation
import LinearAlgebra

/// Covers the pool softly where a model is unsure: each pick is the candidate that adds most to the
/// mean over all samples of their uncertainty times the kernel's value for their nearest labeled
/// sample.
///
/// Uncertainty herding (Bae et al. 2025, arXiv 2412.20644): the gain of x is
/// (1/N) Σ_y u(y) max(k(x, y) − m(y), 0), with the kernel exp(−(d/σ)²), m(y) its largest value for a
/// labeled sample and u(y) what the acquisition model leaves open at a temperature; u of labeled
/// samples is 0. With few labels it behaves as `MaxHerding`, with many as sampling by uncertainty.
/// Where nothing is labeled u is 1 and the adaptive σ is 1: MaxHerding. Gains within 1e-9 of the
/// largest, relatively, are ties.
///
/// In shares, the clean samples stand for the labeled ones, and the model is asked anew for each.
/// Costs what MaxHerding costs, once per share; one or two trainings; predictions of all samples. The
/// probabilities are held for some samples at a time.
package struct UHerding: CoverageStrategy {
  /// How unsure a model is of a sample, by its probabilities, the largest p1 and p2.
  package enum Measure: String, Sendable, Hashable, CaseIterable {
    /// 1 − (p1 − p2).
    case margin
    /// −Σ p ln(p + 1e-8), at least 0.
    case entropy
    /// 1 − p1.
    case confidence
  }

  /// The kernel's width.
  package enum Width: Sendable, Hashable {
    /// The least distance above 0 between two labeled samples; 1 where there is none.
    case adaptive
    /// In the units of the embedding's metric.
    case fixed(Double)
  }

  /// What the model's logits are divided by.
  package enum Temperature: Sendable, Hashable {
    /// The one of 1, 1.1, … 19.9 with which a model trained on the earlier labels is calibrated best
    /// on the last three tenths; 1 where these are none.
    case auto
    /// Above 0.
    case fixed(Double)
  }

  package let measure: Measure
  package let sigma: Width
  package let temperature: Temperature
  package let ties: TieRule

  private let acquisition: any AcquisitionSource
  /// Bytes that kept values of the kernel may take.
  private let memory: Int
  private var work: Work?

  private struct Work: Sendable {
    let embedding: Embedding
    let width: Double
    var gains: KernelGains
    var isCandidate: [Bool] = []
    var weights: [Double] = []
    /// Nil where no model was asked.
    var temperature: Double?
  }

  /// - Parameter acquisition: where the model comes from; not asked while nothing is labeled.
  package init(
    measure: Measure = .margin, sigma: Width = .adaptive, temperature: Temperature = .auto,
    acquisition: any AcquisitionSource, ties: TieRule = .lowest, memory: Int = 1 << 30
  ) {
    self.memory = memory
    self.measure = measure
    self.sigma = sigma
    self.temperature = temperature
    self.acquisition = acquisition
    self.ties = ties
  }

  package var radius: Double? { nil }

  /// - Throws: also `MethodError.range` for a sigma or temperature that is not above 0; what the
  ///   acquisition model throws.
  package mutating func begin(clean: [Int], suspected: [Int], in pool: Pool) throws {
    let isClean = Set(clean)
    let labeled = pool.labeled.filter(isClean.contains)
    var work = try takeWork(for: pool.embedding, labeled: labeled)
    work.weights = [Double](repeating: 1, count: pool.count)
    work.temperature = nil
    if !labeled.isEmpty {
      let temperature = try chosenTemperature(for: labeled, in: pool)
      work.temperature = temperature
      work.weights = try uncertainties(of: pool, at: temperature)
      for sample in labeled { work.weights[sample] = 0 }
    }
    try work.gains.cover(exactlyBy: labeled, weights: work.weights)
    work.isCandidate = pool.isLabeled.map { !$0 }
    self.work = work
  }

  package mutating func next(using random: inout RandomSource) throws -> Pick {
    guard var work else { throw MethodError.budget(requested: 1, available: 0) }
    self.work = nil
    let pick = try work.gains.take(from: &work.isCandidate, ties: ties, using: &random) {
      [work] sample in
      [
        PickReason.Term("u", work.weights[sample]), PickReason.Term("sigma", work.width),
      ] + (work.temperature.map { [PickReason.Term("temperature", $0)] } ?? [])
    }
    self.work = work
    return pick
  }

  /// The state of the last share if it is of use, without a second owner so that changing it copies
  /// nothing.
  private mutating func takeWork(for embedding: Embedding, labeled: [Int]) throws -> Work {
    let width = try width(for: labeled, in: embedding)
    if let work, work.embedding === embedding, work.width == width {
      self.work = nil
      return work
    }
    let measure = KernelMeasure(
      .rbf, width: width, on: embedding.points, farthest: embedding.farthest)
    return Work(
      embedding: embedding, width: width, gains: embedding.kernelGains(measure, memory: memory))
  }

  private func width(for labeled: [Int], in embedding: Embedding) throws -> Double {
    guard case .fixed(let width) = sigma else {
      return try embedding.points.at(labeled).leastGap() ?? 1
    }
    // Beyond these, distances over sigma leave the range of doubles.
    guard (1e-100...1e100).contains(width) else {
      throw MethodError.range(name: "sigma", value: width, allowed: "1e-100 to 1e100")
    }
    return width
  }

  private func chosenTemperature(for labeled: [Int], in pool: Pool) throws -> Double {
    switch temperature {
    case .auto: try Calibration.temperature(of: acquisition, labeled: labeled, in: pool)
    case .fixed(let temperature): temperature
    }
  }

  /// Samples whose probabilities are held at a time.
  private static let block = 1 << 14

  private func uncertainties(of pool: Pool, at temperature: Double) throws -> [Double] {
    let model = try acquisition.model(for: pool)
    var result: [Double] = []
    for first in stride(from: 0, to: pool.count, by: Self.block) {
      let block = Array(first..<min(first + Self.block, pool.count))
      result += try Probabilities(of: model, block, in: pool, temperature: temperature)
        .map(measure.uncertainty)
    }
    return result
  }
}

extension UHerding.Measure {
  /// Of a row of probabilities.
  package func uncertainty(_ row: ArraySlice<Double>) -> Double {
    switch self {
    case .margin: 1 - Probabilities.margin(row)
    // The 1e-8 makes the entropy of certainty a little negative, which no weight may be.
    case .entropy: max(0, row.reduce(0) { $0 - $1 * log($1 + 1e-8) })
    case .confidence: Probabilities.leastConfidence(row)
    }
  }
}
