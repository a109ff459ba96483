/// An experiment of the reference implementation, as its run directory holds it: what was bought
/// when, and what was measured after each episode.
///
/// The same value is what Winnow's own rounds are written from, so that scripts made for such
/// directories read them too. Indices are positions in the pool; where `subset` is there, they are
/// positions in that list.
package struct ReferenceRun: Sendable, Equatable {
  /// The frozen observed labels of the whole pool; nil where the directory does not hold them.
  package var noisyLabels: [Int]?
  /// The part of the training split that was the pool, where that was not all of it.
  package var subset: [Int]?
  /// How many samples the pool has; nil where nothing in the directory says so.
  package var samples: Int?
  /// What was labeled before the first episode, in order.
  package var initial: [Int]
  /// The episodes, in order.
  package var episodes: [Episode]

  package init(
    noisyLabels: [Int]? = nil, subset: [Int]? = nil, samples: Int? = nil, initial: [Int] = [],
    episodes: [Episode] = []
  ) {
    self.noisyLabels = noisyLabels
    self.subset = subset
    self.samples = samples
    self.initial = initial
    self.episodes = episodes
  }

  /// One query of a run, and what was known after it; what the directory does not say is nil.
  package struct Episode: Sendable, Equatable {
    /// The indices bought, in order.
    package var purchases: [Int]
    /// The verdict on every label bought so far, the initial ones first: whether it is clean.
    package var clean: [Bool]?
    /// The share of the test split that the model classified rightly, from 0 to 1. In the files it
    /// stands in percent.
    package var accuracy: Double?
    /// How good the verdicts are.
    package var counts: CleanCounts?
    /// The radius of the balls at the end of the query; with a radius per sample, their mean.
    package var delta: Double?
    /// The radius of each labeled sample, for a strategy that keeps one per sample (DCoM). Their
    /// number is not checked: the reference saves more than it has samples.
    package var radii: [Double]?
    /// The standard deviation of the radii.
    package var radiusDeviation: Double?

    package init(
      purchases: [Int], clean: [Bool]? = nil, accuracy: Double? = nil, counts: CleanCounts? = nil,
      delta: Double? = nil, radii: [Double]? = nil, radiusDeviation: Double? = nil
    ) {
      self.purchases = purchases
      self.clean = clean
      self.accuracy = accuracy
      self.counts = counts
      self.delta = delta
      self.radii = radii
      self.radiusDeviation = radiusDeviation
    }
  }

  /// How the verdicts on the labeled samples compare with the truth; "positive" means clean.
  package struct CleanCounts: Sendable, Equatable {
    /// Right labels called clean.
    package var truePositives: Int
    /// Wrong labels called clean.
    package var falsePositives: Int
    /// Wrong labels suspected.
    package var trueNegatives: Int
    /// Right labels suspected.
    package var falseNegatives: Int

    package init(
      truePositives: Int, falsePositives: Int, trueNegatives: Int, falseNegatives: Int
    ) {
      self.truePositives = truePositives
      self.falsePositives = falsePositives
      self.trueNegatives = trueNegatives
      self.falseNegatives = falseNegatives
    }
  }

  /// Everything labeled after the last episode, in order of purchase.
  package var labeled: [Int] { initial + episodes.flatMap(\.purchases) }
}
