import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra
import Networks

/// Where `noise asym` takes its mistakes from.
enum NoiseMistakes {
  /// The data set's own map of classes, by METHODS §6.2.
  static func defaultMap(_ context: NoiseContext) throws -> String {
    if try context.data.superclasses() != nil { return ClassMap.superclass.text }
    return context.data.record.dataset.hasPrefix("cifar10") && context.classes == 10
      ? ClassMap.cifar10.text : ClassMap.next.text
  }

  /// A map by its name, or as `a>b,c>d` with numbers or names of classes.
  /// - Throws: `type` where it is neither; what `ClassNames` throws.
  static func map(_ arguments: Arguments, _ classes: ClassNames) throws(Diagnostic) -> ClassMap {
    if let named = named(arguments.text("map") ?? ClassMap.next.text) { return named }
    var pairs: [ClassMap.Pair] = []
    for (from, to, range) in try sides(arguments) {
      pairs.append(
        ClassMap.Pair(
          from: try classes.index(of: from, at: range), to: try classes.index(of: to, at: range)))
    }
    return .pairs(pairs)
  }

  /// What can be told without a data set: one source of mistakes, and a map that is one.
  @Sendable static func validate(_ arguments: Arguments) throws(Diagnostic) {
    guard let map = arguments.text("map") else { return }
    guard arguments["matrix"] == nil else {
      throw Diagnostic(
        .syntax, "mistakes come from map= or from matrix=, not from both",
        at: arguments.ranges["map"])
    }
    if named(map) == nil { _ = try sides(arguments) }
  }

  /// The two sides of each `a>b`, and where it stands.
  private static func sides(_ arguments: Arguments) throws(Diagnostic) -> [(
    from: Value, to: Value, range: SourceRange
  )] {
    var found: [(Value, Value, SourceRange)] = []
    for element in arguments.elements("map") {
      for text in element.value.plainText.split(separator: ",") {
        let sides = text.split(separator: ">", omittingEmptySubsequences: false)
          .map { String($0).trimmed }
        guard sides.count == 2, !sides.contains("") else {
          throw Diagnostic(
            .type, "'\(text)' is no map of classes", at: element.range,
            label: "next, superclass, cifar10, cifar100pairs, or '2>0,3>5'")
        }
        found.append((Value(canonical: sides[0]), Value(canonical: sides[1]), element.range))
      }
    }
    return found
  }

  private static func named(_ text: String) -> ClassMap? {
    [ClassMap.next, .superclass, .cifar10, .cifar100pairs].first {
      Spelling.normalised($0.text) == Spelling.normalised(text)
    }
  }

  /// The confusion matrix in a file, one row per true class.
  static func matrix(_ location: String, classes: Int) throws -> [[Double]] {
    let array = try StoredArray(location)
    guard array.shape == [classes, classes] else {
      throw FileError(
        .format, path: array.path, member: array.member,
        expected: "\(classes) × \(classes) numbers, one row per true class",
        found: array.shape.map(String.init).joined(separator: " × "))
    }
    let values = try array.doubles()
    return (0..<classes).map { Array(values[$0 * classes..<($0 + 1) * classes]) }
  }

  /// The confusion matrix, on the test split, of a linear probe trained for ten epochs on all
  /// training rows with their true labels.
  static func probed(_ context: NoiseContext, seed: Int) throws -> [[Double]] {
    guard let embedding = try context.data.embedding() else { throw MethodError.needsEmbedding }
    guard let features = try context.data.testFeatures(),
      let labels = try context.data.testLabels(), !labels.isEmpty
    else {
      throw MethodError.refused(reason: "there is no test split with features to try a probe on")
    }
    guard let truth = try context.data.truth().complete else {
      throw MethodError.refused(reason: "the true labels of this pool are not all known")
    }
    let defaults = try context.data.plan().training
    var weights = stream(.initialWeights, seed)
    var batches = stream(.batches, seed)
    let (probe, _) = try LinearProbe.fit(
      embedding.scaled(embedding.features), labels: truth, classes: context.classes,
      settings: SGDSettings(
        epochs: 10, batch: defaults.batch, learningRate: defaults.learningRate, momentum: 0.9,
        weightDecay: 3e-4, schedule: .cosine, dropout: 0),
      weights: &weights, batches: &batches)
    let evaluation = try probe.evaluate(
      on: embedding.scaled(features), labels: labels, classes: context.classes)
    return evaluation.confusion.map { $0.map(Double.init) }
  }

  private static func stream(_ role: RandomRole, _ seed: Int) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: role, method: "asym matrix=probe"))
  }
}
