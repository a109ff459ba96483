import Datasets
import Foundation
import Notebook
import Testing

/// True and observed labels of samples that nobody bought must not matter: whoever permutes them
/// sees the same picks, the same answers and the same verdicts.
@Suite struct FirewallTests {
  /// A pool in three clusters, its true labels, and observed ones of which a third is wrong.
  private struct Material {
    let features: [Float]
    var truth: [Int]
    var observed: [Int]
    static let count = 150

    init() {
      truth = (0..<Self.count).map { $0 % 3 }
      // An irregular sequence, so that no two distances are equal.
      features = (0..<Self.count).flatMap { sample -> [Float] in
        let angle = Float(sample % 3) * 2.1 + Float((sample * 7919) % 101) / 101
        return [cosf(angle), sinf(angle), Float((sample * 104_729) % 97) / 200]
      }
      observed = truth.enumerated().map { $0 % 4 == 1 ? ($1 + 1) % 3 : $1 }
    }

    /// With the labels of all samples outside `kept` turned round.
    func permuted(except kept: Set<Int>) -> Material {
      let others = (0..<Self.count).filter { !kept.contains($0) }
      var changed = self
      for (target, source) in zip(others, others.dropFirst(17) + others.prefix(17)) {
        changed.truth[target] = truth[source]
        changed.observed[target] = (observed[source] + 1) % 3
      }
      return changed
    }

    func write(in folder: URL) throws {
      func path(_ name: String) -> String {
        folder.appending(component: name).path(percentEncoded: false)
      }
      try NumpyWriter.write(features, shape: [Self.count, 3], to: path("features.npy"))
      try NumpyWriter.write(truth, shape: [Self.count], to: path("labels.npy"))
      try NumpyWriter.write(observed, shape: [Self.count], to: path("observed.npy"))
    }
  }

  /// Loads the material and runs the queries; returns what an algorithm decided, without evaluation.
  private func decisions(_ material: Material, _ script: String) throws -> [JSON] {
    try withTrial { trial in
      try material.write(in: trial.folder)
      try trial.ok(
        """
        load arrays features='\(trial.path("features.npy"))' labels='\(trial.path("labels.npy"))'
        noise file '\(trial.path("observed.npy"))'
        """)
      return try trial.run(script).map { report in
        #expect(report.failure == nil, "\(report.failure?.text(color: false) ?? "")")
        guard case .object(let members) = report.output?.json else { return .null }
        return .object(members.filter { $0.key != "evaluation" })
      }
    }
  }

  private static let written = [
    "query npc 12 delta=0.2 filter=aum\nfilter aum\nquery npc 18 delta=0.2 share=4",
    "query npc 12 delta=0.2 filter=aum(repeats=2)\nquery npc 12 delta=0.3 filter=none",
    "query npc 12 delta=0.2 filter=ideal\nquery npc 18 delta=0.2 filter=ideal share=5\nfilter ideal",
    "query random 20\nfilter aum thresholds=7\ntrain linear epochs=5\nquery npc 9 delta=0.2",
    "query typiclust 12 nas=true filter=aum\nquery uherding 12 nas=true filter=knn",
    "query random 20\nfilter aum momentum=0.5\nquery npc 12 delta=auto noise_dropout=true",
  ]

  /// Every strategy from nothing, after another one, and asking a model; every filter twice.
  private static var scripts: [String] {
    // These samples are no images; see below for the one that wants some.
    let strategies = Vocabulary.entries(.strategy).filter { $0.name != "vaal" }.map { entry in
      let takesDelta = entry.parameters.contains { $0.name == "delta" }
      let query = "query \(entry.name) 12" + (takesDelta ? " delta=0.2" : "")
      return "\(query)\ntrain linear epochs=5 dropout=0.5\n\(query)"
    }
    let filters = Vocabulary.entries(.filter).map { entry in
      "query random 20\nfilter \(entry.name)\nquery npc 12 delta=0.2\nfilter \(entry.name)"
    }
    return written + strategies + filters
  }

  @Test(arguments: FirewallTests.scripts)
  func `labels that were not bought change no pick and no verdict`(_ script: String) throws {
    let material = Material()
    let decided = try decisions(material, script)
    let bought = Set(decided.flatMap { $0["selected"]?.ints ?? [] })
    #expect(bought.count >= 20)
    let changed = material.permuted(except: bought)
    #expect(changed.truth != material.truth)
    #expect(changed.observed != material.observed)
    #expect(try decisions(changed, script) == decided)
  }

  @Test func `vaal reads no label at all`() throws {
    func picks(_ noise: String) throws -> [Int]? {
      try withTrial { trial in
        let query = "query vaal 6 epochs=1 batch=8 channels=4 code=4 hidden=8"
        return try trial.ok("load digits subset=60\n\(noise)\nquery random 10\n\(query)")[
          "selected"]?.ints
      }
    }
    let truth = try #require(try picks("noise none"))
    #expect(try picks("noise sym 1") == truth)
  }

  @Test func `labels that were bought do change verdicts`() throws {
    let script = "query random 30\nfilter aum"
    let decided = try decisions(Material(), script)
    var changed = Material()
    changed.observed = changed.observed.map { ($0 + 1) % 3 }
    let other = try decisions(changed, script)
    #expect(other[0]["selected"] == decided[0]["selected"])
    #expect(other[0]["labels"] != decided[0]["labels"])
  }

  @Test func `the ledger holds every label that was bought, once, and no other`() throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nnoise sym 0.5\nquery npc 25")
      let more = try trial.ok("query random 5")
      let ledger = try trial.ok("sql 'SELECT sample, label, source, round FROM purchases'")
      let selected = [bought, more].flatMap { $0["selected"]?.ints ?? [] }
      let labels = [bought, more].flatMap { $0["labels"]?.ints ?? [] }
      #expect(ledger.column("sample").compactMap(\.int) == selected)
      #expect(ledger.column("label").compactMap(\.int) == labels)
      #expect(Set(ledger.column("source")) == [.string("oracle")])
      #expect(
        ledger.column("round").compactMap(\.int) == Array(repeating: 1, count: 25) + [
          2, 2, 2, 2, 2,
        ])
    }
  }
}
