import LinearAlgebra

/// Which of scored candidates a greedy strategy takes next, and how close the others came.
struct GreedyChoice {
  /// The place of the chosen one among the candidates.
  let place: Int
  let score: Double
  /// How many candidates scored as much, itself included.
  let tied: Int
  /// The best other one, the first of several; nil where there is no other.
  let runnerUp: Int?

  /// The best of some candidates; nil where there is none. Scores within 1e-9 of the largest,
  /// relatively, are ties. One draw of `random` if it has to decide.
  static func best(
    by scores: [Double], ties: TieRule, using random: inout RandomSource
  ) -> GreedyChoice? {
    guard let most = scores.max() else { return nil }
    let floor = most - 1e-9 * abs(most)
    let leaders = scores.indices.filter { scores[$0] >= floor }
    let isDrawn = ties == .random && leaders.count > 1
    let place = leaders[isDrawn ? random.integer(below: leaders.count) : 0]
    return GreedyChoice(
      place: place, score: scores[place], tied: leaders.count,
      runnerUp: leaders.first { $0 != place } ?? largest(of: scores, without: place))
  }

  private static func largest(of scores: [Double], without place: Int) -> Int? {
    scores.indices.lazy.filter { $0 != place }.max { scores[$0] < scores[$1] }
  }
}
