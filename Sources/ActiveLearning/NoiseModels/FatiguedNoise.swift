import LinearAlgebra

/// An annotator who makes more mistakes the more is asked: the rate grows linearly from `start` to
/// `end` over the first `purchases` answers and then stays.
///
/// Each sample has one frozen uniform number and one frozen wrong label; it is answered wrongly if the
/// number lies below the rate at its place in the order of purchase. So an answer never changes once
/// it is given, and a sample that is answered wrongly early would be answered wrongly later, too.
package struct FatiguedNoise: NoiseModel {
  /// The rate at the first answer, in 0 ... 1.
  package let start: Double
  /// The rate from answer number `purchases` on, from `start` to 1.
  package let end: Double
  /// At least 1.
  package let purchases: Int

  package init(start: Double, end: Double, purchases: Int) {
    self.start = start
    self.end = end
    self.purchases = purchases
  }

  package var signature: String {
    "fatigued \(canonical(start)) \(canonical(end)) \(purchases)"
  }

  /// The rate in the end.
  package var requestedRate: Double? { end }

  /// The rate of the answer at a place in the order of purchase, from 0.
  package func rate(at position: Int) -> Double {
    position >= purchases
      ? end : start + (end - start) * Double(position) / Double(max(1, purchases))
  }

  /// What is said once the annotator is as tired as can be.
  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    let answers = try answers(task, using: &random)
    return task.labels.indices.map { answers.label(of: $0, at: .max - 1) }
  }

  /// - Throws: `MethodError.range`; `.refused` where there is a single class.
  package func answers(_ task: NoiseTask, using random: inout RandomSource) throws -> Answers {
    try validate()
    var wrong: [Int] = []
    var turns: [Int] = []
    for sample in task.labels.indices {
      let number = random.uniform()
      wrong.append(
        end > 0 ? try task.wrongLabel(for: sample, using: &random) : task.labels[sample])
      turns.append(turn(number))
    }
    return Answers(task.labels, tired: .init(labels: wrong, turns: turns))
  }

  /// The first place at which the rate lies above `number`; the rate never falls.
  private func turn(_ number: Double) -> Int {
    if number < start { return 0 }
    guard number < end else { return .max }
    let guess = Int(((number - start) / (end - start) * Double(purchases)).rounded(.down))
    return (max(0, guess - 1)...min(purchases, guess + 2)).first { number < rate(at: $0) }
      ?? purchases
  }

  private func validate() throws(MethodError) {
    guard (0...1).contains(start) else {
      throw .range(name: "start", value: start, allowed: "0 to 1")
    }
    guard (start...1).contains(end) else {
      throw .range(name: "end", value: end, allowed: "\(canonical(start)) to 1: the rate grows")
    }
    guard purchases >= 1 else {
      throw .range(name: "purchases", value: Double(purchases), allowed: "at least 1")
    }
  }
}
