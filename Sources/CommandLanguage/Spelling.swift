/// Compares names as Winnow does, and finds the ones that may have been meant.
package enum Spelling {
  /// The form in which names of commands, methods, data sets and options are compared: without
  /// case, `-` and `_`.
  package static func normalised(_ name: String) -> String {
    var folded = name.lowercased()
    folded.removeAll { $0 == "-" || $0 == "_" }
    return folded
  }

  /// The candidates that `word` may stand for, best first; none where none is near.
  ///
  /// Near is a Damerau-Levenshtein distance (optimal string alignment) of at most 1 for words of
  /// two to four letters, 2 up to seven, 3 beyond; or a beginning of at least two letters. Ties go
  /// to the candidate of the more similar length, then to the earlier one.
  /// O(length²) per candidate; words of more than 64 letters are near nothing.
  package static func nearest(
    _ word: String, among candidates: [String], limit: Int = 3
  ) -> [String] {
    let typed = Array(normalised(word))
    guard !typed.isEmpty, typed.count <= 64 else { return [] }
    var seen: Set<String> = []
    var found: [(name: String, rank: (Int, Int, Int))] = []
    for (index, name) in candidates.enumerated() where seen.insert(name).inserted {
      let candidate = Array(normalised(name))
      guard let score = score(typed, candidate) else { continue }
      found.append((name, (score, abs(candidate.count - typed.count), index)))
    }
    return found.sorted { $0.rank < $1.rank }.prefix(max(limit, 0)).map(\.name)
  }

  /// Twice the distance; 3 for a beginning, behind one slip and before two; nil where not near.
  private static func score(_ typed: [Character], _ candidate: [Character]) -> Int? {
    let allowed = typed.count < 2 ? 0 : typed.count < 5 ? 1 : typed.count < 8 ? 2 : 3
    var scores: [Int] = []
    if abs(typed.count - candidate.count) <= allowed {
      let distance = distance(typed, candidate)
      if distance <= allowed, distance < max(typed.count, candidate.count) {
        scores.append(2 * distance)
      }
    }
    if typed.count >= 2, candidate.starts(with: typed) { scores.append(3) }
    return scores.min()
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours between two words,
  /// where nothing is edited twice (optimal string alignment).
  package static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var older: [Int] = []
    var old = Array(0...right.count)
    for i in left.indices {
      var new = [i + 1]
      new.reserveCapacity(right.count + 1)
      for j in right.indices {
        var best = min(old[j + 1] + 1, new[j] + 1, old[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          best = min(best, older[j - 1] + 1)
        }
        new.append(best)
      }
      older = old
      old = new
    }
    return old[right.count]
  }
}
