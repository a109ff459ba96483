import ActiveLearning
import CommandLanguage
import LinearAlgebra
import Networks

/// The model that strategies ask.
enum Acquiring {
  /// Which model is asked.
  static let parameter = Parameter.option(
    "acquisition", .choice(["last", "probe", "untrained"]), default: .value("last"),
    "the model asked: the one trained last, a fresh linear probe, or one with initial weights")

  /// Nil for strategies that ask none.
  static func source(
    _ use: StrategyImplementation.ModelUse, _ pool: Pool, _ invocation: inout Invocation
  ) throws -> (any AcquisitionSource)? {
    return nil
  }
}
