import ActiveLearning

/// How often something happened, and how often it may happen.
struct Proportion {
  let count: Int
  let trials: Int

  var share: Double { Double(count) / Double(trials) }

  /// Where the probability lies with 95 % confidence: the exact interval of Clopper and Pearson
  /// (1934, Biometrika 26), the probabilities under which as few, and as many, are not too rare.
  var interval: Interval {
    let (k, n) = (Double(count), Double(trials))
    return Interval(
      lower: count == 0 ? 0 : betaQuantile(0.025, k, n - k + 1),
      upper: count == trials ? 1 : betaQuantile(0.975, k + 1, n - k))
  }

  private func betaQuantile(_ share: Double, _ a: Double, _ b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if incompleteBeta(middle, a, b) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
