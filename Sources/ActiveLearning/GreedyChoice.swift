import LinearAlgebra

/// Which of scored candidates a greedy strategy takes next, and how close the others came.
struct GreedyChoice {
  /// The place of the chosen one among the candidates.
  let place: Int
  let score: Double
  /// How many candidates scored as much, itself included.
  let tied: Int
  /// The best other one, the first of several; nil where there is no other.
  let runnerUp: (place: Int, score: Double)?

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
    let runnerUp = leaders.first { $0 != place } ?? largest(of: scores, without: place)
    return GreedyChoice(
      place: place, score: scores[place], tied: leaders.count,
      runnerUp: runnerUp.map { ($0, scores[$0]) })
  }

  /// The same where scores are counts, which are equal or not: those of `candidates` in `counts`.
  static func best(
    of candidates: [Int], by counts: [Int32], ties: TieRule, using random: inout RandomSource
  ) -> GreedyChoice? {
    var (first, second) = (-1, -1)
    var (most, next, tied) = (Int32.min, Int32.min, 0)
    for (place, candidate) in candidates.enumerated() {
      let count = counts[candidate]
      if first < 0 || count > most {
        (second, next) = (first, most)
        (first, most, tied) = (place, count, 1)
      } else if count == most {
        tied += 1
      } else if second < 0 || count > next {
        (second, next) = (place, count)
      }
    }
    guard first >= 0 else { return nil }
    let leaders = candidates[first...].indices.lazy.filter { counts[candidates[$0]] == most }
    let isDrawn = ties == .random && tied > 1
    let rank = isDrawn ? random.integer(below: tied) : 0
    let place = leaders.dropFirst(rank).first ?? first
    let runnerUp = tied > 1 ? leaders.first { $0 != place } : second < 0 ? nil : second
    return GreedyChoice(
      place: place, score: Double(most), tied: tied,
      runnerUp: runnerUp.map { ($0, Double(counts[candidates[$0]])) })
  }

  private static func largest(of scores: [Double], without place: Int) -> Int? {
    scores.indices.lazy.filter { $0 != place }.max { scores[$0] < scores[$1] }
  }
}
