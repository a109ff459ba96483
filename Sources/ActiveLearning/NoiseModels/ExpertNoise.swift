import LinearAlgebra

/// An annotator who knows some classes and guesses about the others.
///
/// Samples of the known classes get their true label; all others one that is uniform over all C
/// classes, so that 1 / C of the guesses are right by luck.
package struct ExpertNoise: NoiseModel {
  /// The classes that the annotator knows.
  package let known: [Int]
  /// The number of classes there are.
  package let classes: Int

  package init(known: [Int], classes: Int) {
    self.known = known
    self.classes = classes
  }

  package var signature: String {
    "expert " + Set(known).sorted().map(String.init).joined(separator: ",")
  }

  /// What to expect where classes are of a size: (C − k) / C of the samples are guessed about, and
  /// (C − 1) / C of the guesses are wrong.
  package var requestedRate: Double? {
    let classes = Double(classes)
    let guessed = (classes - Double(Set(known).count)) / classes
    return classes > 0 ? guessed * (classes - 1) / classes : 0
  }

  /// - Throws: `MethodError.label` for a known class that is none.
  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    for (row, label) in known.enumerated() where !(0..<task.classes).contains(label) {
      throw MethodError.label(row: row, value: label, classes: task.classes)
    }
    let isKnown = Set(known)
    return task.labels.map {
      isKnown.contains($0) ? $0 : random.integer(below: task.classes)
    }
  }
}
