/// Which of the values belong to the upper of the two groups that 2-means finds on a line.
///
/// It is the best of all cuts, found by looking at each in ascending order, the lowest where several
/// are equally good. Nil where the values are all equal, or fewer than two. O(n log n).
/// - Parameter values: finite.
package func upperGroup(of values: [Double]) -> [Bool]? {
  guard let least = values.min(), let greatest = values.max(), least < greatest else { return nil }
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  let centre = values.reduce(0) { $0 + $1 / Double(values.count) }
  let total = values.reduce(0) { $0 + ($1 - centre) }
  var best = (cut: 1, between: -Double.infinity)
  var below = 0.0
  for cut in 1..<values.count {
    below += values[order[cut - 1]] - centre
    let above = total - below
    // What the sum of squares within the groups leaves of the whole.
    let between = below * below / Double(cut) + above * above / Double(values.count - cut)
    // Equally good cuts differ by rounding alone.
    if between > best.between * (1 + 1e-12) { best = (cut, between) }
  }
  var upper = [Bool](repeating: true, count: values.count)
  for position in order[..<best.cut] { upper[position] = false }
  return upper
}
