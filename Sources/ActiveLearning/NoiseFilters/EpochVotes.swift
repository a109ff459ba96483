import LinearAlgebra
import Networks

/// How often the heads of an ensemble named each class for each sample, over all epochs of their
/// training: right labels are learned by all of them early, wrong ones late and not together
/// (Shwartz et al. 2022, arXiv 2210.00583).
package struct EpochVotes: Sendable, Equatable {
  package let classes: Int
  /// samples × classes, row by row.
  package private(set) var counts: [Int]
  /// How many votes each sample has.
  package private(set) var total = 0
  /// The share of the samples about which all heads agreed after the last epoch.
  package private(set) var agreement = 0.0

  package init(samples: Int, classes: Int) {
    self.classes = classes
    counts = [Int](repeating: 0, count: samples * classes)
  }

  /// Takes in what each head says about each sample after an epoch, `[head][sample]`.
  package mutating func add(_ predictions: [[Int]]) {
    let samples = counts.count / max(1, classes)
    for head in predictions {
      for (sample, name) in head.enumerated() { counts[sample * classes + name] += 1 }
    }
    total += predictions.count
    let agreed = (0..<samples).count { sample in
      predictions.allSatisfy { $0[sample] == predictions[0][sample] }
    }
    agreement = Double(agreed) / Double(max(1, samples))
  }

  /// The share of a sample's votes for `label`; one half without votes.
  package func share(of label: Int, sample: Int) -> Double {
    total == 0 ? 0.5 : Double(counts[sample * classes + label]) / Double(total)
  }

  /// The class with most of a sample's votes, the lowest of several.
  package func mostVoted(sample: Int) -> Int {
    let first = sample * classes
    var best = 0
    for name in 0..<classes where counts[first + name] > counts[first + best] { best = name }
    return best
  }

  /// What two filters show of the votes, given each label's share of them.
  func columns(_ shares: [Double]) -> [Evidence.Column] {
    [
      Evidence.Column("votes share", shares),
      Evidence.Column("most voted", shares.indices.map { Double(mostVoted(sample: $0)) }),
    ]
  }
}

/// The ensemble whose votes two filters judge by: linear heads with initial weights of their own,
/// trained on the same batches until they agree on most samples.
///
/// Stochastic gradient descent with Nesterov momentum 0.9, weight decay 5e-4 and a rate that falls
/// along a cosine. O(epochs · |L| · heads · classes · dimensions), the heads on all threads.
package struct VotingHeads: Sendable, Hashable {
  package let heads: Int
  /// After how many epochs training ends, if the heads have not agreed before.
  package let epochs: Int
  package let learningRate: Double
  package let batch: Int
  /// Training ends after the epoch in which all heads agree on more than this share of the samples.
  package let agreement: Double
  package let scale: FeatureScale

  package init(
    heads: Int = 10, epochs: Int = 300, learningRate: Double = 0.01, batch: Int = 64,
    agreement: Double = 0.9, scale: FeatureScale = .auto
  ) {
    self.heads = heads
    self.epochs = epochs
    self.learningRate = learningRate
    self.batch = batch
    self.agreement = agreement
    self.scale = scale
  }

  var options: String {
    "heads=\(heads) epochs=\(epochs) lr=\(canonical(learningRate)) batch=\(batch) "
      + "agreement=\(canonical(agreement)) scale=\(scale.text)"
  }

  /// The votes on the labeled samples of `pool`, which have these features. Initial weights come from a stream of seed and
  /// filter, orders from one that also depends on the number of labels.
  func votes(
    on pool: Pool, _ features: Matrix, filter: String, key: RandomKey
  ) throws -> EpochVotes {
    let initial = (0..<heads).map { index in
      var stream = RandomSource(
        RandomKey(seed: key.seed, role: .initialWeights, method: "\(filter)/head=\(index)"))
      return LinearHead(classes: pool.classes, dimensions: features.columns, using: &stream)
    }
    var stream = RandomSource(RandomKey(seed: key.seed, role: .batches, method: key.method))
    let order = BatchOrder(count: features.rows, size: batch)
    do {
      return try votes(of: initial, on: features, labels: pool.observed) { _ in
        order.epoch(using: &stream)
      }
    } catch NetworkError.diverged(let rate) {
      throw MethodError.diverged(method: filter, learningRate: rate)
    }
  }

  /// The votes of heads with given initial weights, visiting the samples in a given order.
  /// - Parameter order: the positions visited in an epoch.
  package func votes(
    of initial: [LinearHead], on features: Matrix, labels: [Int], order: (Int) -> [Int]
  ) throws -> EpochVotes {
    let settings = SGDSettings(
      epochs: epochs, batch: batch, learningRate: learningRate, weightDecay: 5e-4)
    var heads = initial
    var votes = EpochVotes(samples: features.rows, classes: initial.first?.classes ?? 0)
    _ = try HeadEnsemble(settings).run(&heads, on: features, labels: labels, order: order) {
      votes.add($0)
      // Nine of ten is not more than 0.9, whatever rounding says.
      return votes.agreement > agreement + 1e-9
    }
    return votes
  }

  /// - Throws: `MethodError.range`.
  func validate() throws(MethodError) {
    let rules: [(String, Double, String, Bool)] = [
      ("heads", Double(heads), "2 to 1000", (2...1000).contains(heads)),
      ("epochs", Double(epochs), "at least 1", epochs >= 1),
      ("lr", learningRate, "above 0", learningRate > 0 && learningRate.isFinite),
      ("batch", Double(batch), "1 to 65536", (1...65536).contains(batch)),
      ("agreement", agreement, "0 to 1", (0...1).contains(agreement)),
    ]
    for (name, value, allowed, holds) in rules where !holds {
      throw .range(name: name, value: value, allowed: allowed)
    }
  }
}
