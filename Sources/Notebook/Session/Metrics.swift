import ActiveLearning

/// The metrics of a round (METHODS §10.1): the one list of their names, and who measures them.
package enum Metrics {
  /// In the order of `show rounds`.
  package static let keys =
    ["n_labeled"] + train
    + ["coverage", "clean_coverage", "delta", "exhausted", "true_noise"]
    + filter.filter { $0 != "true_noise" } + ["class_min", "classes_empty"]

  /// Those that are counts.
  static let counts: Set = ["n_labeled", "exhausted", "class_min", "classes_empty"]

  private static let train = ["accuracy", "loss"]

  /// The names of METHODS §5.11, in the order of `filter`'s record.
  static let filter = [
    "noise_accuracy", "clean_precision", "clean_recall", "clean_f1", "noise_precision",
    "noise_recall", "noise_f1", "keep_all_f1", "predicted_noise", "true_noise",
  ]

  /// A judgement's metrics under their names.
  static func pairs(_ metrics: FilterMetrics) -> [(String, Double?)] {
    let values = [
      metrics.noiseAccuracy, metrics.cleanPrecision, metrics.cleanRecall, metrics.cleanF1,
      metrics.noisePrecision, metrics.noiseRecall, metrics.noiseF1, metrics.keepAllF1,
      metrics.predictedNoise, metrics.trueNoise,
    ]
    return Array(zip(filter, values))
  }

  /// The command that measures a metric.
  static func source(of key: String) -> String {
    train.contains(key) ? "train" : key != "true_noise" && filter.contains(key) ? "filter" : "query"
  }

  static func holds(_ actual: Double, _ op: String, _ value: Double) -> Bool {
    switch op {
    case ">=": actual >= value
    case "<=": actual <= value
    case ">": actual > value
    case "<": actual < value
    case "==": actual == value
    default: actual != value
    }
  }
}
