import LinearAlgebra

/// Judges which of the labels bought so far are wrong. It is refitted from scratch at each call.
package protocol NoiseFilter: Sendable {
  /// The name under which its verdicts are kept.
  var name: String { get }
  /// Its options in canonical form, "epochs=40 percentile=80"; empty if there are none.
  var options: String { get }
  /// True only for a filter that is handed the truth: an upper bound, not a method.
  var knowsTruth: Bool { get }

  /// One verdict per labeled sample of `pool`.
  ///
  /// - Parameter random: the stream of `stream(seed:labeled:)`.
  /// - Throws: `MethodError.needsLabels` if nothing is labeled; `MethodError.range` for an option;
  ///   `Interrupted`.
  func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict
}

extension NoiseFilter {
  package var options: String { "" }
  package var knowsTruth: Bool { false }

  /// Equal for filters that judge alike.
  package var identity: String { "\(name) \(options)" }

  /// The stream that a judgement of `labeled` samples draws from: by seed, filter and their number
  /// alone, so that judging twice says the same thing.
  package func stream(seed: Int, labeled: Int) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: .filter, method: "\(name)/|L|=\(labeled)"))
  }
}
