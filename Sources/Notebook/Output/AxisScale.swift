import Foundation

/// The numbers along an axis, with round ones marked: 1, 2 or 5 times a power of ten apart.
struct AxisScale {
  let lower: Double
  let upper: Double
  let marked: [Double]
  private let decimals: Int

  /// - Parameters:
  ///   - values: between whose least and greatest it reaches at least; what is no number is passed
  ///     over. Without any it is from 0 to 1.
  ///   - count: how many numbers are marked, about.
  init(covering values: [Double], marking count: Int) {
    let values = values.filter { abs($0) < 1e300 }
    let (least, most) = (values.min() ?? 0, values.max() ?? 1)
    let room = least != most ? 0 : least == 0 ? 0.5 : abs(least) / 10
    let step = Self.step(most - least + 2 * room, count)
    let first = ((least - room) / step).rounded(.down)
    let last = ((most + room) / step).rounded(.up)
    // Products, not sums: the marks are the nearest numbers there are.
    marked = stride(from: first, through: last, by: 1).map { $0 * step }
    lower = first * step
    upper = last * step
    decimals = max(0, Int(-log10(step).rounded(.down)))
  }

  private static func step(_ length: Double, _ count: Int) -> Double {
    let least = length / Double(max(1, count))
    let power = pow(10, log10(least).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * (1 - 1e-9) } ?? 10 * power
  }

  /// 0 at the lower end, 1 at the upper; in the middle where numbers are too large to tell apart.
  func position(of value: Double) -> Double {
    let share = (value - lower) / (upper - lower)
    return share.isFinite ? min(max(share, 0), 1) : 0.5
  }

  func label(_ mark: Double) -> String {
    guard decimals <= 6, abs(mark) < 1e7 else {
      return mark == 0 ? "0" : String(format: "%.3g", mark)
    }
    return Format.fixed(mark, decimals)
  }
}
