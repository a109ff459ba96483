import CommandLanguage

/// What a cell did to the session, small and typed: stored with the cell, and applied again when a
/// session is opened or a cell undone. Long lists (purchases, verdicts, metrics) lie in the
/// workspace's tables, weights and labels in its blobs; effects only name them.
enum Effect: Codable, Sendable {
  case loaded(DataRecord)
  case noise(NoiseRecord)
  /// The seed, and the noise in force drawn anew.
  case seeded(Int, NoiseRecord?)
  case reset
  case queried(QueryRecord)
  /// A person's label in the place of the oracle's.
  case annotated(AnnotationRecord)
  /// The filter in canonical text, `aum(epochs=80)`, and its judgement, if there was something to judge.
  case filtered(String, VerdictRecord?)
  case trained(ModelRecord)
  /// Another embedding in the place of the data set's.
  case embedded(EmbeddingRecord)
  /// The value in canonical text.
  case assigned(name: String, value: String)

  /// Whether the labeled set is empty after it, and the rounds count from the start.
  var startsRun: Bool {
    switch self {
    case .loaded, .noise, .seeded, .reset: true
    case .queried, .annotated, .filtered, .trained, .embedded, .assigned: false
    }
  }

  /// Whether it is a part of the experiment that a round is.
  var belongsToRound: Bool {
    switch self {
    case .queried, .annotated, .filtered, .trained, .embedded: true
    case .loaded, .noise, .seeded, .reset, .assigned: false
    }
  }
}

/// A loaded data set: how to open it again, and what to find there.
struct DataRecord: Codable, Sendable {
  struct Features: Codable, Sendable {
    let source: String
    let dimensions: Int
    let normalization: String
    let metric: String
    /// Blobs of the computed embedding, where one was computed.
    let trainBlob: String?
    let testBlob: String?
    /// SHA-256 of the rows, where they are read from files again; nil in older records.
    var fileDigest: String?
  }

  /// The part of the training split that is the pool, where it is not all of it.
  struct Part: Codable, Sendable {
    /// Of the positions, ascending.
    let blob: String
    let whole: Int
  }

  /// The canonical `load` command, with whole paths: the session may be opened from elsewhere.
  let command: String
  let dataset: String
  let train: Int
  let test: Int
  let classes: Int
  /// Nil where they are the numbers 0, 1, ….
  let classNames: [String]?
  let features: Features?
  let scale: String
  /// The known good radius for this embedding, if there is one (METHODS §4.4).
  let delta: Double?
  let digest: String
  var cut: Part?
  /// The oracle that it comes with; nil where that tells the truth.
  var noise: NoiseRecord?

  /// Whether it stands for the same arrays.
  func isSame(as other: DataRecord) -> Bool {
    digest == other.digest && command == other.command && cut?.blob == other.cut?.blob
      && features?.fileDigest == other.features?.fileDigest
      && features?.trainBlob == other.features?.trainBlob
  }

  /// The same data with another embedding, for which no good radius is known.
  func with(_ features: Features) -> DataRecord {
    DataRecord(
      command: command, dataset: dataset, train: train, test: test, classes: classes,
      classNames: classNames, features: features, scale: scale, delta: nil, digest: digest,
      cut: cut, noise: noise)
  }
}

/// The oracle in force.
struct NoiseRecord: Codable, Sendable {
  /// As people call it: `sym 0.5`.
  let model: String
  /// The canonical command, with whole paths.
  let command: String
  let requestedRate: Double?
  /// The rate that `spc=` counts with.
  let budgetRate: Double
  /// SHA-256 of the observed labels as int64, which is also the name of their blob.
  let digest: String
  /// How many annotators are asked about each sample; nil for one.
  var votes: Int?
  /// Whether answers depend on when they are asked for; nil where they do not.
  var tires: Bool?
}

struct QueryRecord: Codable, Sendable {
  let round: Int
  let strategy: String
  let delta: Double?
  /// The last judgement; nil where the strategy makes none.
  let verdict: VerdictRecord?
  /// Of why each sample was chosen, in the order of choice; nil in older records.
  var reasonsBlob: String?
  /// Of what each annotator said, where there are several.
  var votesBlob: String?
  /// Of what the strategy remembers; nil where it remembers nothing.
  var memoryBlob: String?
}

/// A judgement without its lists.
struct VerdictRecord: Codable, Sendable {
  let filter: String
  let options: String
  let threshold: Double?
  /// Of what decided; nil where the filter keeps nothing.
  var evidenceBlob: String?
  /// Of what the filter remembers; nil where it has no momentum.
  var recordsBlob: String?
}

/// What a person said about a sample.
struct AnnotationRecord: Codable, Sendable {
  let sample: Int
  let label: Int
}

/// An embedding that was learned in the session.
struct EmbeddingRecord: Codable, Sendable {
  let features: DataRecord.Features
  /// Whether labels had a part in it: then it goes with the labeled set.
  let readsLabels: Bool
}

/// A trained model: what it is and where its weights lie.
struct ModelRecord: Codable, Sendable {
  let name: String
  /// How the features were scaled; in older records, which have no command.
  var scale: String?
  /// The samples it was trained on, in order; what 1-NN consists of.
  let samplesBlob: String
  let labelsBlob: String
  let weightsBlob: String?
  /// The canonical command that trained it; nil in older records.
  var command: String?
}
