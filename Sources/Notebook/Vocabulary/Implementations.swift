import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra
import Networks

/// What a strategy is built from, beyond its own options.
struct StrategyContext {
  let classes: Int
  /// How many samples it is to choose.
  let budget: Int
  /// The ball radius in force; nil for strategies without one.
  let delta: Double?
  /// The filter in force for this query.
  let filter: any NoiseFilter
  /// Bytes that a graph may take.
  let memory: Int
  /// The data set's `scale=`: what a linear model sees.
  let scale: FeatureScale
  let metric: Metric
  /// What the strategy kept from the last query on this labeled set.
  let remembered: StrategyMemory?
  /// The model to ask; nil for strategies that ask none.
  let acquisition: (any AcquisitionSource)?
  /// The pool's images, a sample's at its index, with the data set's own augmentation.
  let images: () throws -> any ImageFeed

  /// The model to ask, for rows that say that they ask one.
  func model() throws -> any AcquisitionSource {
    guard let acquisition else { throw MethodError.refused(reason: "there is no model to ask") }
    return acquisition
  }
}

/// How many samples a pool has, and how many numbers each of them.
struct PoolSize {
  let count: Int
  let dimensions: Int
}

/// How the time of a query grows with the pool.
enum QueryGrowth {
  /// With its samples.
  case samples
  /// With its pairs of samples.
  case pairs
  /// With both.
  case both
}

/// How a row of strategies becomes a strategy.
struct StrategyImplementation: Sendable {
  /// Whether a noise filter has a say in it.
  enum NoiseAwareness: Sendable {
    /// No; the name of the version in which it has, if there is one.
    case none(version: String?)
    case always
    /// With `nas=true`; it is then reported under this name.
    case option(reported: String)
  }

  /// Whether it asks a trained model.
  enum ModelUse: Sendable {
    case none
    case asked
    /// One whose dropout can be switched on.
    case askedWithDropout
  }

  /// False for what does not look at features.
  var needsEmbedding = true
  var noiseAwareness = NoiseAwareness.none(version: nil)
  var modelUse = ModelUse.none
  /// Whether `delta=` means anything to it.
  var takesDelta = false
  /// How the time of a query grows with the pool, once a coverage graph is there.
  var growth: @Sendable (Arguments, StrategyContext) -> QueryGrowth = { _, _ in .samples }
  /// How the work is done, where that depends on the pool: "…, computed again and again".
  var mode: @Sendable (Arguments, StrategyContext, _ count: Int) -> String? = { _, _, _ in nil }
  /// What a query would cost, for strategies that cannot be tried on a part of the pool.
  var estimate: (@Sendable (Arguments, StrategyContext, Pool) throws -> WorkEstimate)?
  /// What a query takes beyond the features and a coverage graph, in bytes.
  var bytes: @Sendable (Arguments, StrategyContext, PoolSize) -> Int = { _, _, size in
    size.count * 64
  }
  /// Fills in defaults that depend on the pool and the budget.
  var resolve: @Sendable (inout Arguments, StrategyContext) throws -> Void = { _, _ in }
  let make: @Sendable (Arguments, StrategyContext) throws -> any QueryStrategy

  /// Whether `filter=` may be typed behind it.
  var takesFilter: Bool {
    if case .none = noiseAwareness { false } else { true }
  }

  /// Whether a filter judges within a query with these options.
  func isNoiseAware(_ arguments: Arguments) -> Bool {
    switch noiseAwareness {
    case .none: false
    case .always: true
    case .option: arguments.flag("nas")
    }
  }

  /// What a query with these options is called in reports.
  func reported(_ name: String, _ arguments: Arguments) -> String {
    if case .option(let reported) = noiseAwareness, arguments.flag("nas") { return reported }
    return name
  }
}

/// What a filter is built from, beyond its own options.
struct FilterContext {
  /// What tells right labels of the pool from wrong ones, for the one filter that is handed it; nil
  /// where that is unknown.
  let truth: () throws -> [Int]?
  /// The data set's `scale=`.
  let scale: Value
  /// The model trained last; nil where there is none that says how likely each class is.
  let model: () throws -> (any AcquisitionModel)?
}

struct FilterImplementation: Sendable {
  /// Fills in defaults that depend on other options.
  var resolve: @Sendable (inout Arguments) -> Void = { _ in }
  let make: @Sendable (Arguments, FilterContext) throws -> any NoiseFilter
}

/// What a noise model is made from, beyond its own options.
struct NoiseContext {
  let data: DataHandle
  let directories: DataDirectories
  let seed: Int

  var samples: Int { data.record.train }
  var classes: Int { data.record.classes }
}

struct NoiseImplementation: Sendable {
  /// Whether it looks at the true labels; else it serves pools whose truth nobody knows, too.
  var needsTruth = true
  /// Whether it looks at what the samples look like.
  var needsEmbedding = false
  /// Fills in defaults that depend on the data set.
  var resolve: @Sendable (inout Arguments, NoiseContext) throws -> Void = { _, _ in }
  /// The share of wrong labels that `spc=` counts with.
  let budgetRate: @Sendable (Arguments, NoiseContext) -> Double
  let make: @Sendable (Arguments, NoiseContext) throws -> any NoiseModel
  /// The annotators of a panel, where they are not all of one kind.
  var members: (@Sendable (Arguments) -> [Given])?
}

/// What a model is trained with where nobody says otherwise (METHODS §8.1).
struct TrainingDefaults: Sendable {
  var learningRate = 0.025
  var batch = 64
  /// Where classes were made unequal; nil for the same.
  var imbalancedBatch: Int?
}

/// An embedding that a data set is known by, but that somebody has to bring.
struct ExpectedFeatures: Sendable {
  /// As messages name it: "SimCLR, 512 values a row".
  let name: String
  /// Where it is looked for in the data directories; nil where nobody has agreed on a name.
  var train: String?
  var test: String?
}

struct DatasetImplementation: Sendable {
  /// Where its embedding comes from if nobody says.
  enum Embedding: Sendable {
    /// Worked out from the images.
    case computed(FeatureSource)
    /// The data themselves are features.
    case brought
    /// A file that is not part of the data set.
    case expected(ExpectedFeatures)
  }

  let embedding: Embedding
  let open: @Sendable (Arguments, DataDirectories) throws -> Dataset
  /// The known good radius on unit rows, for the features named as in `features=`.
  var delta: @Sendable (_ features: String, _ dimensions: Int) -> Double? = { _, _ in nil }
  /// Whether it is read from files, so that `path=` means something.
  var hasFiles = true
  /// Its name among the downloads; nil where it cannot be fetched.
  var download: String?
  /// The names of its classes, where they are known without its files; with them `labels=` alone
  /// makes the data set.
  var classNames: [String]?
  /// The noise that it comes with, as `noise` takes it.
  var noise: String?
  /// The share of wrong labels that its annotators are known for.
  var noiseRate = 0.0
  var training = TrainingDefaults()
}

/// What a model is trained with, beyond its own options.
struct ModelContext {
  let data: DataHandle
  /// Of the pool, in the order of purchase.
  let samples: [Int]
  /// What the oracle said of them.
  let labels: [Int]
  let seed: Int
  let round: Int
  /// Where a long training keeps how far it has come; nil for one that is a part of something else.
  var checkpoints: Checkpoints?
  /// The weights of the model trained last, if it is of the same kind.
  var previous: () throws -> [UInt8]? = { nil }

  var classes: Int { data.record.classes }

  /// The samples' rows of the embedding.
  /// - Throws: `needs-embedding`.
  func features(_ scale: FeatureScale) throws -> Matrix {
    guard let embedding = try data.embedding() else { throw MethodError.needsEmbedding }
    return try embedding.scaled(rows: samples, scale: scale)
  }
}

struct ModelImplementation: Sendable {
  /// What a training would cost; nil where that is too little to be worth a word.
  var estimate: (@Sendable (Arguments, ModelContext) throws -> WorkEstimate)?
  /// Fills in defaults that depend on the data set.
  var resolve: @Sendable (inout Arguments, DataHandle) throws -> Void = { _, _ in }
  let train: @Sendable (Arguments, ModelContext) throws -> TrainedModel
  /// Makes a model that was trained before, with these arguments on these samples.
  let restore: @Sendable (_ weights: [UInt8]?, Arguments, ModelContext) throws -> any SessionModel
}

/// A model with what its training said.
struct TrainedModel {
  let model: any SessionModel
  /// The mean training loss of each epoch.
  let losses: [Double]
  /// Nil where everything is in the training samples.
  let weights: [UInt8]?
}

/// What a command does, and what that means for its cell.
struct CommandImplementation: Sendable {
  enum Action: Sendable {
    /// Makes one cell.
    case compute(@Sendable (inout Invocation) throws -> Output)
    /// Sees to its cells itself: `source` and `quit` make none of their own, `load` may make several.
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
  /// What it would cost, from a small part of its work; it fills in defaults. Nil where nobody can say.
  var estimate: (@Sendable (inout Invocation) throws -> WorkEstimate?)?
  /// Whether what stands behind its verb is another command, which it does not run.
  var plansAnother = false
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
