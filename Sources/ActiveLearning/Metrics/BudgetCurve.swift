/// How good a model is after ever more labels: what a whole run comes to, in one curve and in the
/// area under it.
package struct BudgetCurve: Sendable, Hashable {
  /// What the area is divided by.
  package enum Area: String, Sendable, Hashable, CaseIterable {
    /// The labels between the first and the last round: a constant a has the area a.
    case mean
    /// One label more, as in the benchmark of Lu et al. (2023, arXiv 2306.08954) after Zhan et al.
    /// (2021, IJCAI), for the sake of its numbers; a constant stays a little below itself.
    case zhan
  }

  /// Labels bought so far, one per round, each more than the one before.
  package let budgets: [Int]
  /// Accuracy, or another metric, in the same order.
  package let values: [Double]

  /// - Parameters:
  ///   - budgets: labels bought so far, cumulative.
  ///   - values: one per budget.
  /// - Throws: `MethodError.refused` if there is no round, the two differ in length, the budgets do
  ///   not rise or a value is not finite.
  package init(budgets: [Int], values: [Double]) throws(MethodError) {
    guard !budgets.isEmpty else { throw .refused(reason: "a curve needs at least one round") }
    guard budgets.count == values.count else {
      throw .refused(reason: "a curve needs one value for each of its \(budgets.count) budgets")
    }
    guard zip(budgets, budgets.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw .refused(reason: "the budgets of a curve must rise from round to round")
    }
    guard values.allSatisfy(\.isFinite) else {
      throw .refused(reason: "a value of the curve is not a finite number")
    }
    self.budgets = budgets
    self.values = values
  }

  /// The area under the curve (AUBC), by trapezoids, over the labels that it spans: the mean height
  /// of the curve, in the values' unit. With one round there is no area: it is that round's value.
  ///
  /// Curves over different budgets are not comparable by it. O(rounds).
  package func area(_ rule: Area = .mean) -> Double {
    guard budgets.count > 1 else { return values[0] }
    var sum = 0.0
    for i in 1..<budgets.count {
      sum += (values[i - 1] + values[i]) / 2 * (Double(budgets[i]) - Double(budgets[i - 1]))
    }
    let span = Double(budgets[budgets.count - 1]) - Double(budgets[0])
    return sum / (rule == .zhan ? span + 1 : span)
  }
}
