/// The views that `sql` reads: documented here and, since SQLite keeps the comments, in the file.
///
/// They are a promise to whoever reads a workspace. A later version may add columns at the end and
/// add views; it takes nothing away and renames nothing. `live` is 1 for what lies on the line
/// from the first cell to where its session stands, 0 for what was undone or left on a branch.
/// Every view but `sessions` and `cells` shows only what cells that ended well have done.
enum Views {
  static let version1 = [
    liveCells(while: "c.parent IS NOT NULL"), nodeCells, roundCells, sessions, cells, runs, rounds,
    purchases, picks, verdicts, metrics,
  ]

  static let version4 = [
    "DROP VIEW live_cells", liveCells(while: "c.parent < line.number"), platforms,
  ]

  /// The keys of `rounds` that come from metrics, in the order of its columns.
  static let metricKeys = [
    "n_labeled", "accuracy", "loss", "coverage", "clean_coverage", "delta", "exhausted",
    "true_noise", "noise_accuracy", "clean_precision", "clean_recall", "clean_f1",
    "noise_precision", "noise_recall", "noise_f1", "keep_all_f1", "predicted_noise", "class_min",
    "classes_empty",
  ]

  /// A parent's number is below its child's; version 4 asks for it, because a damaged file could lead
  /// round in a circle.
  private static func liveCells(while goesOn: String) -> String {
    """
    CREATE VIEW live_cells AS
    -- Internal: the cells between the first and the head of each session.
    WITH RECURSIVE line (session, number) AS (
      SELECT number, head FROM session_rows WHERE head IS NOT NULL
      UNION ALL
      SELECT c.session, c.parent
      FROM line JOIN cell_rows c ON c.session = line.session AND c.number = line.number
      WHERE \(goesOn)
    )
    SELECT session, number FROM line
    """
  }

  private static let nodeCells = """
    CREATE VIEW node_cells AS
    -- Internal: the cells that ended well and are nodes of the tree, with `live`.
    SELECT c.session, c.number, c.seconds, c.run, c.round, c.round_cell, c.dataset, c.noise,
      c.seed, c.strategy, c.filter, c.model, c.variables, l.number IS NOT NULL AS live
    FROM cell_rows c
    LEFT JOIN live_cells l ON l.session = c.session AND l.number = c.number
    WHERE c.status = 'ok' AND c.is_node
    """

  private static let roundCells = """
    CREATE VIEW round_cells AS
    -- Internal: each round's cells. A live round has the live ones only: what was trained in it
    -- and undone does not count. A round that was left has all of its cells, which were left too.
    SELECT c.*, r.live AS round_live
    FROM node_cells c
    JOIN node_cells r ON r.session = c.session AND r.number = c.round_cell
    WHERE c.live = r.live
    """

  private static let sessions = """
    CREATE VIEW sessions AS
    SELECT
      s.number AS session,
      s.created,                               -- UTC
      s.seed,                                  -- that the session began with
      s.head,                                  -- the cell it stands at; null before the first
      (SELECT count(*) FROM input_rows i WHERE i.session = s.number) AS inputs,
      count(c.number) AS cells,                -- of every status
      max(c.run) AS runs,
      coalesce(max(c.started), s.created) AS last_used
    FROM session_rows s LEFT JOIN cell_rows c ON c.session = s.number
    GROUP BY s.number
    """

  private static let cells = """
    CREATE VIEW cells AS
    SELECT
      c.session,
      c.number AS cell,
      c.input,                                 -- number of the statement that was typed
      c.position,                              -- place within the input, from 0
      c.parent,                                -- the cell that the session stood at
      c.command,                               -- canonical
      c.status,                                -- running, ok, error, interrupted, crashed
      c.started,                               -- UTC
      c.seconds,
      c.run, c.round,
      l.number IS NOT NULL AS live,
      c.is_node AS node,                       -- 0 for history, undo, redo and their like
      c.changes_state,                         -- 0 for what only reads
      c.variables,                             -- JSON object of the loop variables, or null
      c.dataset, c.noise, c.seed, c.strategy, c.filter, c.model,
      c.result,                                -- JSON object, or null
      c.error                                  -- JSON object, or null
    FROM cell_rows c LEFT JOIN live_cells l ON l.session = c.session AND l.number = c.number
    """

  private static let runs = """
    CREATE VIEW runs AS
    -- One row per load, reset, seed or noise: each begins a run.
    WITH nodes AS MATERIALIZED (SELECT * FROM node_cells)
    SELECT
      f.session, f.run,
      f.number AS first_cell,
      max(c.number) AS last_cell,
      f.dataset, f.noise, f.seed,
      max(c.round) AS rounds,                  -- number of the last round
      f.live
    FROM nodes f
    JOIN nodes c ON c.session = f.session AND c.run = f.run AND c.live = f.live
    WHERE f.round = 0 AND f.round_cell = f.number
    GROUP BY f.session, f.run
    """

  /// A column beside `max(number)` in a grouped query comes from the row of that maximum, as
  /// SQLite's documentation of bare columns promises: the newest value.
  private static let rounds = """
    CREATE VIEW rounds AS
    -- One row per round, with the newest value of each metric. Round 0 is what comes before a
    -- run's first query; it has a row where something was measured in it. A round that was queried
    -- again after an undo has a row for each time, told apart by `cell` and `live`.
    WITH
    parts AS MATERIALIZED (SELECT * FROM round_cells),
    newest AS (
      SELECT p.session, p.round_cell, m.key, m.value, max(p.number)
      FROM parts p JOIN metric_rows m ON m.session = p.session AND m.cell = p.number
      GROUP BY p.session, p.round_cell, m.key
    ),
    pivot AS (
      SELECT session, round_cell,
    \(metricKeys.map { "    max(value) FILTER (WHERE key = '\($0)') AS \($0)" }
      .joined(separator: ",\n"))
      FROM newest GROUP BY session, round_cell
    ),
    filters AS (
      SELECT session, round_cell, filter, max(number) FROM parts
      WHERE filter IS NOT NULL GROUP BY session, round_cell
    ),
    models AS (
      SELECT session, round_cell, model, max(number) FROM parts
      WHERE model IS NOT NULL GROUP BY session, round_cell
    ),
    times AS (
      SELECT session, round_cell, sum(seconds) AS seconds FROM parts GROUP BY session, round_cell
    ),
    beginnings AS (
      SELECT session, run, number, dataset, noise, seed FROM parts
      WHERE round = 0 AND round_cell = number
    )
    SELECT
      p.session, p.run, p.round,
      p.number AS cell,                        -- that began the round: its query
      p.live,
      b.dataset, b.noise, b.seed,              -- of the run
      p.strategy,
      f.filter, o.model,                       -- the newest in the round
      p.variables,                             -- JSON object of the loop variables, or null
    \(metricKeys.map { "  v." + $0 }.joined(separator: ",\n")),
      t.seconds                                -- of all cells of the round together
    FROM parts p
    JOIN times t ON t.session = p.session AND t.round_cell = p.number
    LEFT JOIN beginnings b ON b.session = p.session AND b.run = p.run
    LEFT JOIN pivot v ON v.session = p.session AND v.round_cell = p.number
    LEFT JOIN filters f ON f.session = p.session AND f.round_cell = p.number
    LEFT JOIN models o ON o.session = p.session AND o.round_cell = p.number
    WHERE p.number = p.round_cell AND (p.round > 0 OR v.session IS NOT NULL)
    """

  private static let purchases = """
    CREATE VIEW purchases AS
    -- Every label that was bought or given, in the order of `cell`, `position`.
    SELECT
      p.session, c.run, p.round, p.cell,
      p.position,                              -- within the cell, from 0
      p.share,                                 -- of the round's budget, between two filterings
      p.sample,                                -- position in the training split, from 0
      p.label,                                 -- as observed
      p.source,                                -- oracle, person
      p.score,                                 -- when it was chosen, or null
      c.live
    FROM purchase_rows p
    JOIN node_cells c ON c.session = p.session AND c.number = p.cell
    """

  private static let picks = """
    CREATE VIEW picks AS
    -- The purchases that a query strategy chose.
    SELECT
      p.session, c.run, p.round, p.cell, p.position, p.share, p.sample, p.label, p.score,
      c.strategy, c.live
    FROM purchase_rows p
    JOIN node_cells c ON c.session = p.session AND c.number = p.cell
    WHERE c.strategy IS NOT NULL
    """

  private static let verdicts = """
    CREATE VIEW verdicts AS
    -- What a filter thought of each observed label.
    SELECT
      v.session, c.run, c.round, v.cell,
      v.position,                              -- in the order of purchase, from 0
      v.sample,
      v.clean,                                 -- 1: kept, 0: suspected
      v.quality,                               -- in [0, 1], low is bad
      v.score,                                 -- of the method, before it was made a quality
      c.filter, c.live
    FROM verdict_rows v
    JOIN node_cells c ON c.session = v.session AND c.number = v.cell
    """

  private static let metrics = """
    CREATE VIEW metrics AS
    -- Every measurement; `rounds` has the newest of each round side by side.
    SELECT m.session, c.run, c.round, m.cell, m.key, m.value, c.live
    FROM metric_rows m
    JOIN node_cells c ON c.session = m.session AND c.number = m.cell
    """

  private static let platforms = """
    CREATE VIEW platforms AS
    -- What cells ran on: threads, kernels, versions of libraries. Holds for the cell and those after
    -- it, up to the next one here.
    SELECT session, cell, text AS platform FROM platform_rows
    """
}
