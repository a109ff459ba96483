import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra
import Networks

/// What a strategy is built from, beyond its own options.
struct StrategyContext {
  let classes: Int
  let budget: Int
  /// The known good radius of the data set's embedding.
  let delta: Double?
  /// The filter in force for this query.
  let filter: any NoiseFilter
  /// Bytes that a graph may take.
  let memory: Int
}

/// How a row of strategies becomes a strategy.
struct StrategyImplementation: Sendable {
  /// Whether `filter=` means anything to it.
  let isNoiseAware: Bool
  /// The name of its noise-aware version, if there is one.
  let noiseAwareVersion: String?
  /// Fills in defaults that depend on the pool and the budget.
  let resolve: @Sendable (inout Arguments, StrategyContext) throws -> Void
  let make: @Sendable (Arguments, StrategyContext) throws -> any QueryStrategy
}

/// What a filter is built from, beyond its own options.
struct FilterContext {
  /// True labels of the pool, for the one filter that is handed them; nil where they are unknown.
  let truth: () throws -> [Int]?
  /// The data set's `scale=`.
  let scale: Value
}

struct FilterImplementation: Sendable {
  let make: @Sendable (Arguments, FilterContext) throws -> any NoiseFilter
}

struct NoiseImplementation: Sendable {
  /// The share of wrong labels that `spc=` counts with.
  let budgetRate: @Sendable (Arguments) -> Double
  /// - Parameters: the options, the number of samples and of classes.
  let make: @Sendable (Arguments, _ samples: Int, _ classes: Int) throws -> any NoiseModel
}

struct DatasetImplementation: Sendable {
  /// Where features come from if nobody says; nil for those that the data bring along.
  let features: FeatureSource?
  let open: @Sendable (Arguments, DataDirectories) throws -> Dataset
  /// The known good radius on unit rows, for the features named as in `features=`.
  let delta: @Sendable (_ features: String) -> Double?
}

/// What a model is trained with, beyond its own options.
struct ModelContext {
  let features: Matrix
  let labels: [Int]
  let classes: Int
  let seed: Int
  let round: Int
}

struct ModelImplementation: Sendable {
  /// The view of the embedding that it sees.
  let scale: @Sendable (Arguments) -> FeatureScale
  let train: @Sendable (Arguments, ModelContext) throws -> TrainedModel
  let restore: @Sendable (_ weights: [UInt8]?, ModelContext) throws -> any Classifier
}

/// A model with what its training said.
struct TrainedModel {
  let classifier: any Classifier
  let losses: [Double]
  /// Nil where everything is in the training samples.
  let weights: [UInt8]?
}

/// What a command does, and what that means for its cell.
struct CommandImplementation: Sendable {
  enum Action: Sendable {
    /// Makes one cell.
    case compute(@Sendable (inout Invocation) throws -> Output)
    /// Makes no cell of its own: `source`, `quit`.
    case control(
      @Sendable (Session, BoundCommand, RunContext, _ position: inout Int) throws -> Flow)
  }

  /// The kind of name that its first argument is: `query npc`, `load digits`.
  var method: EntryKind?
  /// False for history, undo, redo: they are numbered, but are no nodes of the tree.
  var isNode = true
  var changesState = false
  /// Long commands are on disk as `running` before they start.
  var isLong = false
  /// What no single parameter can say; `check` asks it, too.
  var validate: @Sendable (BoundCommand) throws(Diagnostic) -> Void = { _ throws(Diagnostic) in }
  let action: Action
}

extension FeatureScale {
  /// - Precondition: `value` passed a parameter of kind `scale`.
  init(_ value: Value) {
    switch value.plainText {
    case "auto": self = .auto
    case "raw": self = .raw
    case "unit": self = .unit
    default: self = .meanNorm(value.number ?? 1)
    }
  }
}
