import LinearAlgebra

/// An annotator who takes each class for a certain other one, as people do with classes that look
/// alike.
///
/// By the pool (the field's convention): ⌊rate · N⌋ samples are drawn from the whole pool and
/// mapped, those of classes that the map leaves alone stay right, so that fewer labels are wrong
/// than the rate says. Realised: ⌊rate · N⌋ samples are drawn from the mapped classes alone.
package struct AsymmetricNoise: NoiseModel {
  /// From which samples the wrong ones are drawn.
  package enum Basis: String, Sendable, CaseIterable { case pool, realised }

  package let rate: Double
  package let map: ClassMap
  package let basis: Basis

  package init(rate: Double, map: ClassMap, basis: Basis = .pool) {
    self.rate = rate
    self.map = map
    self.basis = basis
  }

  package var signature: String { "asym \(rate) map=\(map.text) basis=\(basis.rawValue)" }
  package var requestedRate: Double? { rate }

  /// - Throws: `MethodError.range` where the rate is not in 0 ... 1; `.refused` where the map does
  ///   not fit the classes, or fewer samples are in mapped classes than are to be wrong.
  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    let changed = try task.share(rate)
    let targets = try map.targets(classes: task.classes, groups: task.groups)
    var candidates = Array(task.labels.indices)
    if basis == .realised {
      candidates.removeAll { targets[task.labels[$0]] == task.labels[$0] }
      guard changed <= candidates.count else {
        throw MethodError.refused(
          reason: "\(changed) labels are to be wrong, and \(candidates.count) samples are of "
            + "classes that the map changes")
      }
    }
    var labels = task.labels
    for sample in random.sample(changed, of: candidates) {
      labels[sample] = targets[labels[sample]]
    }
    return labels
  }
}

/// Which class each class is taken for.
package enum ClassMap: Sendable, Hashable {
  /// The next one, the last for the first.
  case next
  /// The next one of the same superclass, ascending, the last for the first (Patrini et al. 2017,
  /// 1609.03683).
  case superclass
  /// Bird to airplane, deer to horse, truck to automobile, cat and dog for each other (same source).
  case cifar10
  /// Forty pairs of classes of CIFAR-100 for each other; twenty classes stay.
  case cifar100pairs
  /// The user's own; the other classes stay.
  case pairs([Pair])

  /// One class taken for another.
  package struct Pair: Sendable, Hashable {
    package let from: Int
    package let to: Int

    package init(from: Int, to: Int) {
      self.from = from
      self.to = to
    }
  }

  /// As a user types it.
  package var text: String {
    switch self {
    case .next: "next"
    case .superclass: "superclass"
    case .cifar10: "cifar10"
    case .cifar100pairs: "cifar100pairs"
    case .pairs(let pairs): "[" + pairs.map { "\($0.from)>\($0.to)" }.joined(separator: ",") + "]"
    }
  }

  /// The class that each class is taken for; itself where it stays.
  /// - Throws: `MethodError.refused` where the map does not fit.
  package func targets(classes: Int, groups: [Int]?) throws(MethodError) -> [Int] {
    switch self {
    case .next: return (0..<classes).map { ($0 + 1) % classes }
    case .superclass: return try Self.siblings(classes, groups)
    case .cifar10:
      try require(10, classes)
      return try Self.targets(Self.cifar10Pairs, classes)
    case .cifar100pairs:
      try require(100, classes)
      return try Self.targets(
        Self.cifar100Swaps.flatMap {
          [Pair(from: $0.from, to: $0.to), Pair(from: $0.to, to: $0.from)]
        }, classes)
    case .pairs(let pairs): return try Self.targets(pairs, classes)
    }
  }

  private func require(_ needed: Int, _ classes: Int) throws(MethodError) {
    guard classes == needed else {
      throw .refused(reason: "map=\(text) is for \(needed) classes, here are \(classes)")
    }
  }

  private static func targets(_ pairs: [Pair], _ classes: Int) throws(MethodError) -> [Int] {
    var targets = Array(0..<classes)
    var seen: Set<Int> = []
    for pair in pairs {
      for label in [pair.from, pair.to] where !targets.indices.contains(label) {
        throw .refused(reason: "the map has class \(label), the classes are 0 to \(classes - 1)")
      }
      guard seen.insert(pair.from).inserted else {
        throw .refused(reason: "the map has class \(pair.from) twice on its left")
      }
      targets[pair.from] = pair.to
    }
    return targets
  }

  private static func siblings(_ classes: Int, _ groups: [Int]?) throws(MethodError) -> [Int] {
    guard let groups, groups.count == classes, !groups.contains(where: { $0 < 0 }) else {
      throw .refused(
        reason: "map=superclass needs a data set that tells all superclasses (cifar100)")
    }
    return (0..<classes).map { label in
      let family = groups.indices.filter { groups[$0] == groups[label] }
      let place = family.firstIndex(of: label) ?? 0
      return family[(place + 1) % family.count]
    }
  }

  private static let cifar10Pairs = [(2, 0), (3, 5), (5, 3), (4, 7), (9, 1)].map {
    Pair(from: $0.0, to: $0.1)
  }

  private static let cifar100Swaps: [Pair] = [
    (0, 57), (1, 91), (2, 11), (3, 42), (6, 18), (7, 14), (8, 48), (9, 61), (10, 28), (12, 68),
    (13, 90), (15, 31), (17, 37), (19, 21), (20, 84), (23, 71), (25, 94), (26, 79), (29, 78),
    (30, 55), (32, 67), (33, 60), (34, 63), (36, 74), (39, 87), (40, 86), (41, 81), (43, 88),
    (44, 93), (46, 98), (47, 52), (50, 80), (51, 53), (54, 70), (59, 96), (62, 92), (64, 75),
    (69, 89), (72, 95), (77, 99),
  ].map { Pair(from: $0.0, to: $0.1) }
}
