import Foundation

/// What is known of a command before it runs.
package struct NewCell: Sendable, Hashable {
  /// The input that the command belongs to.
  package var input: Int
  /// The command's place among those that the input has run, from 0.
  package var position: Int
  /// Canonical text: full names, every option with its value, variables replaced.
  package var command: String
  /// The command as it was typed.
  package var typed: String
  /// Whether the session can stand at this cell. False for history, undo, redo and their like,
  /// which are numbered and logged, but are no nodes of the tree.
  package var isNode: Bool
  /// Whether `undo` stops here; false for what only reads.
  package var changesState: Bool
  /// The loop variables in force, as a JSON object; nil outside loops.
  package var variables: String?
  /// What the command runs on, as whoever reads it later is to be told; nil where nothing is said.
  package var platform: String?

  package init(
    input: Int, position: Int = 0, command: String, typed: String, isNode: Bool = true,
    changesState: Bool = true, variables: String? = nil, platform: String? = nil
  ) {
    self.input = input
    self.position = position
    self.command = command
    self.typed = typed
    self.isNode = isNode
    self.changesState = changesState
    self.variables = variables
    self.platform = platform
  }
}

/// What a command did; it is stored whole, or not at all.
package struct CellOutcome: Sendable, Hashable {
  package var status: EndStatus
  package var seconds: Double
  /// The result as a JSON object; may be long, and is read back by itself only.
  package var result: String?
  /// The error as a JSON object.
  package var error: String?
  /// What restores the session's state, as JSON; short, since every opening reads it.
  package var effect: String?
  /// The run or round that begins with this cell; nil goes on in the run and round of its parent.
  package var begins: CellBoundary?
  package var settings: CellSettings
  package var purchases: [Purchase]
  package var verdicts: [Verdict]
  package var metrics: [Metric]
  package var blobs: [NamedBlob]
  package var headMove: HeadMove
  /// Ends the cell's input in the same transaction, with the cell's status.
  package var endsInput: Bool

  package init(
    status: EndStatus, seconds: Double, result: String? = nil, error: String? = nil,
    effect: String? = nil, begins: CellBoundary? = nil, settings: CellSettings = CellSettings(),
    purchases: [Purchase] = [], verdicts: [Verdict] = [], metrics: [Metric] = [],
    blobs: [NamedBlob] = [], headMove: HeadMove = .byItself, endsInput: Bool = false
  ) {
    self.status = status
    self.seconds = seconds
    self.result = result
    self.error = error
    self.effect = effect
    self.begins = begins
    self.settings = settings
    self.purchases = purchases
    self.verdicts = verdicts
    self.metrics = metrics
    self.blobs = blobs
    self.headMove = headMove
    self.endsInput = endsInput
  }
}

/// A stretch of cells that begins with one of them.
package enum CellBoundary: Sendable, Hashable {
  /// A run: `load`, `reset`, `seed` and `noise` begin one, at its round 0.
  case run
  /// A round: a query begins one, numbered one above its parent's.
  case round
}

/// Where the session stands after a cell.
package enum HeadMove: Sendable, Hashable {
  /// At the cell, if it is a node and ended well; else where it stood.
  case byItself
  /// At another cell, or before the first (nil): undo, redo, switch.
  case to(Int?)
  /// Where it is, on a branch that begins there.
  case onNewBranch(String)
  /// At the end of another branch.
  case onBranch(String)
}

/// What was in force in a cell, for the columns of the views; nil where the cell says nothing.
package struct CellSettings: Sendable, Hashable {
  package var dataset: String?
  package var noise: String?
  package var seed: Int?
  package var strategy: String?
  package var filter: String?
  package var model: String?

  package init(
    dataset: String? = nil, noise: String? = nil, seed: Int? = nil, strategy: String? = nil,
    filter: String? = nil, model: String? = nil
  ) {
    self.dataset = dataset
    self.noise = noise
    self.seed = seed
    self.strategy = strategy
    self.filter = filter
    self.model = model
  }
}

/// One label bought.
package struct Purchase: Sendable, Hashable {
  /// Position in the training split, from 0.
  package let sample: Int
  /// The observed label.
  package let label: Int
  /// Who answered: `oracle`, `person`.
  package let source: String
  package let round: Int
  package let share: Int
  /// The sample's score when it was chosen; nil where the strategy has none.
  package let score: Double?

  package init(
    sample: Int, label: Int, source: String, round: Int, share: Int, score: Double? = nil
  ) {
    self.sample = sample
    self.label = label
    self.source = source
    self.round = round
    self.share = share
    self.score = score
  }
}

/// One label judged.
package struct Verdict: Sendable, Hashable {
  package let sample: Int
  package let isClean: Bool
  /// In [0, 1], low is bad.
  package let quality: Double
  /// What the method computed before it was made a quality.
  package let score: Double?

  package init(sample: Int, isClean: Bool, quality: Double, score: Double? = nil) {
    self.sample = sample
    self.isClean = isClean
    self.quality = quality
    self.score = score
  }
}

/// One measured value; nil where it is unknown.
package struct Metric: Sendable, Hashable {
  package let key: String
  package let value: Double?

  package init(_ key: String, _ value: Double?) {
    self.key = key
    self.value = value
  }
}

/// A big array that a cell refers to by name, stored once under its digest.
package struct NamedBlob: Sendable, Hashable {
  package let name: String
  /// SHA-256 of the bytes, 64 hexadecimal digits; the caller answers for it.
  package let digest: String
  /// What is to be stored together with the cell; nil where it lies in the workspace already, and
  /// for what is read back.
  package let bytes: [UInt8]?

  package init(name: String, digest: String, bytes: [UInt8]? = nil) {
    self.name = name
    self.digest = digest
    self.bytes = bytes
  }
}

/// A cell as it stands on disk, without its result, purchases, verdicts and blobs.
package struct CellRecord: Sendable, Hashable {
  package let number: Int
  /// The cell that the session stood at when this one began; nil for the first.
  package let parent: Int?
  package let input: Int
  package let position: Int
  package let command: String
  package let typed: String
  package let isNode: Bool
  package let changesState: Bool
  package let variables: String?
  package let status: RunStatus
  package let started: Date
  /// Nil while it runs, and where it crashed.
  package let seconds: Double?
  /// Nil before the first run, and for what is no node.
  package let run: Int?
  package let round: Int?
  package let settings: CellSettings
  package let error: String?
  package let effect: String?
}

/// A purchase with the cell that made it and its place in that cell's order, from 0.
package struct PurchaseRow: Sendable, Hashable {
  package let cell: Int
  package let position: Int
  package let purchase: Purchase
}

/// A verdict with the cell that gave it and its place in that cell's order, from 0.
package struct VerdictRow: Sendable, Hashable {
  package let cell: Int
  package let position: Int
  package let verdict: Verdict
}

/// A metric with the cell that measured it.
package struct MetricRow: Sendable, Hashable {
  package let cell: Int
  package let metric: Metric
}
