import ActiveLearning
import CommandLanguage
import LinearAlgebra

/// The ball radius of a query, from `delta=` or from what is known of the data set.
enum Deltas {
  /// A number, `auto`, or a list of numbers, one for each round.
  static let kind = Parameter.Kind.either([.number(.above(0)), .choice(["auto"]), .value])

  /// The radius in force for this query; fills in the default.
  /// - Throws: `type`, `range`, `refused`.
  static func resolve(_ invocation: inout Invocation) throws -> Double {
    if invocation.arguments["delta"] == nil, let known = try invocation.data().record.delta {
      invocation.bound.arguments.resolve("delta", Value(known))
    }
    guard let value = invocation.arguments["delta"], value.word != "auto" else {
      return try automatic(&invocation)
    }
    if let number = value.number { return number }
    return try listed(value, round: invocation.state.round + 1, invocation)
  }

  /// The value of a round; the last one stays in force.
  private static func listed(_ value: Value, round: Int, _ invocation: Invocation) throws -> Double
  {
    let range = invocation.arguments.ranges["delta"]
    let numbers = try (value.list ?? [value]).map { element in
      guard let number = element.number else {
        throw Diagnostic(
          .type, "delta must be a number, auto, or a list of numbers, not '\(value.text)'",
          at: range)
      }
      guard number > 0 else {
        throw Diagnostic(.range, "delta must be above 0, not \(element.text)", at: range)
      }
      return number
    }
    guard let last = numbers.last else { throw MethodError.needsDelta }
    if invocation.arguments.text("schedule").map({ $0 != "constant" }) ?? false {
      throw Diagnostic(
        .refused, "a list of deltas and a schedule both say what comes next: give one of them",
        at: range)
    }
    return round <= numbers.count ? numbers[round - 1] : last
  }

  private static func automatic(_ invocation: inout Invocation) throws -> Double {
    throw MethodError.needsDelta
  }
}
