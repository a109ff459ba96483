/// The value below which `percent` per cent of the values lie, by linear interpolation between the
/// two nearest in ascending order, at position (n − 1) · percent / 100. Nil for no values.
///
/// The 80th percentile of 1, 2, 3, 4, 10 is 5.2. O(n log n).
/// - Parameter percent: 0 to 100; beyond that, the least or the greatest value.
package func percentile(_ percent: Double, of values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  let position = Double(sorted.count - 1) * min(max(percent, 0), 100) / 100
  let below = Int(position)
  guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
  return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
}
