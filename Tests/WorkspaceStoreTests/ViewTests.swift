import Foundation
import Testing
import WorkspaceStore

/// The views are a promise: their names, their columns, and what stands in them.
struct ViewTests {
  static let metricKeys = [
    "n_labeled", "accuracy", "loss", "coverage", "clean_coverage", "delta", "exhausted",
    "true_noise", "noise_accuracy", "clean_precision", "clean_recall", "clean_f1",
    "noise_precision", "noise_recall", "noise_f1", "keep_all_f1", "predicted_noise", "class_min",
    "classes_empty",
  ]

  static let columns = [
    "sessions": [
      "session", "created", "seed", "head", "inputs", "cells", "runs", "last_used",
    ],
    "cells": [
      "session", "cell", "input", "position", "parent", "command", "status", "started", "seconds",
      "run", "round", "live", "node", "changes_state", "variables", "dataset", "noise", "seed",
      "strategy", "filter", "model", "result", "error",
    ],
    "runs": [
      "session", "run", "first_cell", "last_cell", "dataset", "noise", "seed", "rounds", "live",
    ],
    "rounds": [
      "session", "run", "round", "cell", "live", "dataset", "noise", "seed", "strategy", "filter",
      "model", "variables",
    ] + metricKeys + ["seconds"],
    "picks": [
      "session", "run", "round", "cell", "position", "share", "sample", "label", "score",
      "strategy", "live",
    ],
    "purchases": [
      "session", "run", "round", "cell", "position", "share", "sample", "label", "source", "score",
      "live",
    ],
    "verdicts": [
      "session", "run", "round", "cell", "position", "sample", "clean", "quality", "score",
      "filter", "live",
    ],
    "metrics": ["session", "run", "round", "cell", "key", "value", "live"],
    "platforms": ["session", "cell", "platform"],
  ]

  @Test(arguments: columns.keys.sorted())
  func `has the columns that it promises`(_ view: String) throws {
    try withWorkspace { workspace in
      _ = try workspace.openSession(.new)
      #expect(try workspace.query("SELECT * FROM \(view)").columns == Self.columns[view])
      let sql = try workspace.query("SELECT sql FROM sqlite_master WHERE name = '\(view)'")
      #expect(values(sql)[0][0]?.contains("--") == true, "the file documents its views")
    }
  }

  private static func load(_ lease: SessionLease, noise: String = "none", seed: Int = 0) throws {
    try lease.run(
      "load digits",
      CellOutcome(
        status: .ok, seconds: 1, begins: .run,
        settings: CellSettings(dataset: "digits", noise: noise, seed: seed)))
  }

  @discardableResult
  private static func query(_ lease: SessionLease, samples: [Int], round: Int) throws -> Int {
    try lease.run(
      "query npc", variables: #"{"s":1}"#,
      CellOutcome(
        status: .ok, seconds: 1, begins: .round,
        settings: CellSettings(strategy: "npc", filter: "aum"),
        purchases: samples.map {
          Purchase(sample: $0, label: $0 % 2, source: "oracle", round: round, share: 0, score: 0.5)
        }, metrics: [Metric("n_labeled", Double(samples.count)), Metric("coverage", 0.25)]))
  }

  @discardableResult
  private static func train(_ lease: SessionLease, _ accuracy: Double?) throws -> Int {
    try lease.run(
      "train linear",
      CellOutcome(
        status: .ok, seconds: 2, settings: CellSettings(model: "linear"),
        metrics: [Metric("accuracy", accuracy)]))
  }

  @Test func `numbers runs and rounds, and keeps the newest value of a round`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      try Self.load(lease, seed: 5)
      try Self.query(lease, samples: [3, 4], round: 1)
      try Self.train(lease, 0.5)
      try Self.train(lease, 0.75)
      try lease.run("show rounds", changesState: false)
      try Self.query(lease, samples: [5], round: 2)
      try Self.load(lease, noise: "sym", seed: 6)
      let runs = try workspace.query("SELECT * FROM runs")
      #expect(
        values(runs) == [
          ["1", "1", "1", "6", "digits", "none", "5", "2", "1"],
          ["1", "2", "7", "7", "digits", "sym", "6", "0", "1"],
        ])
      let rounds = try workspace.query(
        """
        SELECT run, round, cell, live, dataset, noise, seed, strategy, filter, model, variables,
          n_labeled, accuracy, coverage, loss, seconds FROM rounds ORDER BY cell
        """)
      #expect(
        values(rounds) == [
          [
            "1", "1", "2", "1", "digits", "none", "5", "npc", "aum", "linear", #"{"s":1}"#, "2.0",
            "0.75", "0.25", nil, "5.5",
          ],
          [
            "1", "2", "6", "1", "digits", "none", "5", "npc", "aum", nil, #"{"s":1}"#, "1.0", nil,
            "0.25", nil, "1.0",
          ],
        ])
    }
  }

  @Test func `lets the newest value be unknown`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      try Self.load(lease)
      try Self.query(lease, samples: [3], round: 1)
      try Self.train(lease, 0.5)
      try Self.train(lease, .nan)
      #expect(try workspace.query("SELECT accuracy FROM rounds").rows == [[.null]])
    }
  }

  @Test func `tells what was undone from what counts`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      try Self.load(lease)
      let first = try Self.query(lease, samples: [3, 4], round: 1)
      try Self.train(lease, 0.5)
      try lease.moveHead(to: first)
      try Self.train(lease, 0.25)
      #expect(
        values(try workspace.query("SELECT accuracy, live FROM rounds")) == [["0.25", "1"]],
        "what was trained in a live round and undone does not count")
      try lease.moveHead(to: 1)
      let second = try Self.query(lease, samples: [9], round: 1)
      #expect(try lease.cell(second)?.round == 1)
      #expect(
        values(try workspace.query("SELECT cell, n_labeled, accuracy, live FROM rounds ORDER BY 1"))
          == [["2", "2.0", "0.25", "0"], ["5", "1.0", nil, "1"]])
      #expect(
        values(try workspace.query("SELECT sample, live FROM purchases ORDER BY cell, position"))
          == [["3", "0"], ["4", "0"], ["9", "1"]])
      #expect(
        values(try workspace.query("SELECT cell FROM cells WHERE live ORDER BY cell"))
          == [["1"], ["5"]])
      try lease.moveHead(to: nil)
      #expect(try workspace.query("SELECT 1 FROM rounds WHERE live").rows.isEmpty)
      #expect(try workspace.query("SELECT 1 FROM runs WHERE live").rows.isEmpty)
      #expect(try workspace.query("SELECT 1 FROM runs").rows.count == 1)
    }
  }

  @Test func `gives no run number twice, on whatever branch`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      for _ in 0..<3 {
        try Self.load(lease)
        try lease.moveHead(to: nil)
      }
      #expect(values(try workspace.query("SELECT run FROM runs")) == [["1"], ["2"], ["3"]])
      #expect(try lease.cells().map(\.run) == [1, 2, 3])
    }
  }

  @Test func `shows a person's labels as purchases, not as picks`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      try Self.load(lease)
      try Self.query(lease, samples: [3, 4], round: 1)
      try lease.run(
        "label 8 1",
        CellOutcome(
          status: .ok, seconds: 0,
          purchases: [Purchase(sample: 8, label: 1, source: "person", round: 1, share: 0)]))
      #expect(
        values(try workspace.query("SELECT sample, source, score FROM purchases ORDER BY cell"))
          == [["3", "oracle", "0.5"], ["4", "oracle", "0.5"], ["8", "person", nil]])
      #expect(
        values(try workspace.query("SELECT sample, strategy FROM picks"))
          == [["3", "npc"], ["4", "npc"]])
    }
  }

  @Test func `shows verdicts and metrics with their round`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      try Self.load(lease)
      #expect(try workspace.query("SELECT * FROM rounds").rows.isEmpty, "round 0 has no metric yet")
      try lease.run(
        "filter aum",
        CellOutcome(
          status: .ok, seconds: 0, settings: CellSettings(filter: "aum"),
          verdicts: [Verdict(sample: 6, isClean: false, quality: 0.125, score: -1)],
          metrics: [Metric("clean_f1", 0.5)]))
      #expect(
        values(try workspace.query("SELECT * FROM verdicts"))
          == [["1", "1", "0", "2", "0", "6", "0", "0.125", "-1.0", "aum", "1"]])
      #expect(
        values(try workspace.query("SELECT * FROM metrics"))
          == [["1", "1", "0", "2", "clean_f1", "0.5", "1"]])
      #expect(
        values(try workspace.query("SELECT run, round, cell, clean_f1, filter FROM rounds"))
          == [["1", "0", "1", "0.5", "aum"]])
    }
  }

  @Test func `shows every cell, and only what ended well elsewhere`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      try Self.load(lease)
      try lease.run(
        "query npc",
        CellOutcome(
          status: .error, seconds: 1, error: #"{"code":"budget"}"#, begins: .round,
          purchases: [Purchase(sample: 1, label: 0, source: "oracle", round: 1, share: 0)],
          metrics: [Metric("accuracy", 1)]))
      try lease.run("history", isNode: false)
      #expect(
        values(try workspace.query("SELECT cell, status, live, node, error FROM cells"))
          == [
            ["1", "ok", "1", "1", nil], ["2", "error", "0", "1", #"{"code":"budget"}"#],
            ["3", "ok", "0", "0", nil],
          ])
      for view in ["rounds", "purchases", "picks", "metrics"] {
        #expect(try workspace.query("SELECT * FROM \(view)").rows.isEmpty, "\(view)")
      }
      #expect(
        values(try workspace.query("SELECT session, head, inputs, cells, runs FROM sessions"))
          == [["1", "1", "3", "3", "1"]])
    }
  }

  @Test func `keeps sessions apart`() throws {
    try withWorkspace { workspace in
      for seed in [1, 2] {
        let lease = try workspace.openSession(.new, seed: seed)
        try Self.load(lease, seed: seed)
        try Self.query(lease, samples: [seed], round: 1)
        try Self.train(lease, Double(seed) / 4)
      }
      #expect(
        values(try workspace.query("SELECT session, run, seed, accuracy FROM rounds ORDER BY 1"))
          == [["1", "1", "1", "0.25"], ["2", "1", "2", "0.5"]])
      #expect(
        values(try workspace.query("SELECT session, sample FROM purchases ORDER BY 1"))
          == [["1", "1"], ["2", "2"]])
    }
  }
}
