import ActiveLearning
import CommandLanguage
import WorkspaceStore

/// The answers of all annotators as the workspace keeps them: integers, one annotator after the other;
/// of one who tires the first labels, the later ones and the places of the turn.
struct AnswerSheet {
  let annotators: [Answers]

  init(_ annotators: [Answers]) { self.annotators = annotators }

  /// Nil where the integers are not what the record says.
  init?(_ ints: [Int], samples: Int, classes: Int, record: NoiseRecord) {
    let (votes, parts) = (record.votes ?? 1, record.tires ?? false ? 3 : 1)
    guard ints.count == votes * parts * samples else { return nil }
    func part(_ index: Int) -> [Int] { Array(ints[index * samples..<(index + 1) * samples]) }
    let isSound = (0..<votes * parts).allSatisfy { index in
      part(index).allSatisfy { $0 >= 0 && (index % parts == 2 || $0 < classes) }
    }
    guard isSound else { return nil }
    annotators = (0..<votes).map { annotator in
      let first = annotator * parts
      guard parts == 3 else { return Answers(part(first)) }
      return Answers(part(first), tired: .init(labels: part(first + 1), turns: part(first + 2)))
    }
  }

  /// Whether any of them tires.
  var tires: Bool { annotators.contains { $0.tired != nil } }

  var ints: [Int] {
    annotators.flatMap { answers in
      guard tires else { return answers.labels }
      let never = [Int](repeating: .max, count: answers.labels.count)
      return answers.labels + (answers.tired?.labels ?? answers.labels)
        + (answers.tired?.turns ?? never)
    }
  }

  /// What the whole pool would be labeled at a place in the order of purchase.
  func observed(at position: Int) -> [Int] {
    guard annotators.count > 1 || tires else { return annotators[0].labels }
    return annotators[0].labels.indices.map { sample in
      Answers.majority(of: annotators.map { $0.label(of: sample, at: position) })
    }
  }

  /// At the first question.
  var rested: [Int] { observed(at: 0) }

  /// When everybody is as tired as can be; the same as `rested` where nobody tires.
  var exhausted: [Int] { observed(at: .max - 1) }
}

extension Invocation {
  /// The answers of the noise in force.
  func answers() throws -> AnswerSheet {
    let data = try data()
    guard let noise = state.noise else {
      guard let truth = try data.truth().complete else {
        throw MethodError.refused(reason: "the true labels of this pool are not known")
      }
      return AnswerSheet([Answers(truth)])
    }
    let what = "the array of labels"
    guard let ints = Digest.ints(bytes: try session.workspace.kept(noise.digest, what)),
      let sheet = AnswerSheet(
        ints, samples: data.record.train, classes: data.record.classes, record: noise)
    else { throw Workspace.lost(what, noise.digest) }
    return sheet
  }

  /// The oracle of the noise in force.
  func oracle() throws -> Oracle { Oracle(try answers().annotators) }
}
