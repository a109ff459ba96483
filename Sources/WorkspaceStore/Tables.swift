/// The tables behind the views. Their names end in `_rows` or `_blobs`, and are ours alone:
/// whoever reads a workspace from outside reads the views.
///
/// Numbers of sessions, inputs, cells and runs are one more than the largest so far; since no row
/// is ever deleted, none is used twice. Moments are UTC text, `YYYY-MM-DD HH:MM:SS.SSS`.
enum Tables {
  static let version1 = [
    sessions, inputs, cells, runningCells, purchases, verdicts, metrics, blobs, cellBlobs, redo,
  ]

  static let version2 = [checkpoints]

  static let version3 = [branches, branchOfSession]

  static let version4 = [platforms]

  private static let sessions = """
    CREATE TABLE session_rows (
      number INTEGER PRIMARY KEY CHECK (number > 0),
      created TEXT NOT NULL,
      seed INTEGER NOT NULL,
      head INTEGER,            -- the cell that the session stands at; null before the first
      holder_pid INTEGER,      -- who has the lock, for whoever is refused; the lock itself is on
      holder_host TEXT,        -- byte NUMBER of the file beside this one
      holder_since TEXT,
      FOREIGN KEY (number, head) REFERENCES cell_rows (session, number)
    ) STRICT
    """

  private static let inputs = """
    CREATE TABLE input_rows (
      session INTEGER NOT NULL REFERENCES session_rows,
      number INTEGER NOT NULL CHECK (number > 0),
      text TEXT NOT NULL,      -- one top-level statement as typed, with its comments
      status TEXT NOT NULL CHECK (status IN ('running', 'ok', 'error', 'interrupted', 'crashed')),
      started TEXT NOT NULL,
      PRIMARY KEY (session, number)
    ) STRICT
    """

  // The long column stands last: a page is only followed to its overflow for what is asked.
  private static let cells = """
    CREATE TABLE cell_rows (
      session INTEGER NOT NULL,
      number INTEGER NOT NULL CHECK (number > 0),
      parent INTEGER,          -- the head when the cell began
      input INTEGER NOT NULL,
      position INTEGER NOT NULL,
      command TEXT NOT NULL,   -- canonical
      typed TEXT NOT NULL,
      is_node INTEGER NOT NULL CHECK (is_node IN (0, 1)),
      changes_state INTEGER NOT NULL CHECK (changes_state IN (0, 1)),
      variables TEXT,          -- JSON object of the loop variables in force
      status TEXT NOT NULL CHECK (status IN ('running', 'ok', 'error', 'interrupted', 'crashed')),
      started TEXT NOT NULL,
      seconds REAL,
      run INTEGER,             -- number of the run that the cell belongs to
      round INTEGER,           -- number of the round within the run
      round_cell INTEGER,      -- the cell that began this round: tells branches apart
      dataset TEXT,
      noise TEXT,
      seed INTEGER,
      strategy TEXT,
      filter TEXT,
      model TEXT,
      error TEXT,              -- JSON
      effect TEXT,             -- JSON, restores the state
      result TEXT,             -- JSON
      PRIMARY KEY (session, number),
      FOREIGN KEY (session, parent) REFERENCES cell_rows (session, number),
      FOREIGN KEY (session, input) REFERENCES input_rows (session, number),
      CHECK (parent < number)
    ) STRICT
    """

  private static let runningCells = """
    CREATE INDEX running_cells ON cell_rows (session) WHERE status = 'running'
    """

  private static let purchases = """
    CREATE TABLE purchase_rows (
      session INTEGER NOT NULL,
      cell INTEGER NOT NULL,
      position INTEGER NOT NULL,
      sample INTEGER NOT NULL,
      label INTEGER NOT NULL,
      source TEXT NOT NULL,
      round INTEGER NOT NULL,
      share INTEGER NOT NULL,
      score REAL,
      PRIMARY KEY (session, cell, position),
      UNIQUE (session, cell, sample),
      FOREIGN KEY (session, cell) REFERENCES cell_rows (session, number)
    ) STRICT, WITHOUT ROWID
    """

  // A quality that is not a number is stored as null.
  private static let verdicts = """
    CREATE TABLE verdict_rows (
      session INTEGER NOT NULL,
      cell INTEGER NOT NULL,
      position INTEGER NOT NULL,
      sample INTEGER NOT NULL,
      clean INTEGER NOT NULL CHECK (clean IN (0, 1)),
      quality REAL,
      score REAL,
      PRIMARY KEY (session, cell, position),
      UNIQUE (session, cell, sample),
      FOREIGN KEY (session, cell) REFERENCES cell_rows (session, number)
    ) STRICT, WITHOUT ROWID
    """

  private static let metrics = """
    CREATE TABLE metric_rows (
      session INTEGER NOT NULL,
      cell INTEGER NOT NULL,
      key TEXT NOT NULL,
      value REAL,
      PRIMARY KEY (session, cell, key),
      FOREIGN KEY (session, cell) REFERENCES cell_rows (session, number)
    ) STRICT, WITHOUT ROWID
    """

  private static let blobs = """
    CREATE TABLE blob_rows (
      digest TEXT PRIMARY KEY, -- SHA-256 of the bytes, 64 hexadecimal digits
      bytes BLOB NOT NULL
    ) STRICT
    """

  private static let cellBlobs = """
    CREATE TABLE cell_blobs (
      session INTEGER NOT NULL,
      cell INTEGER NOT NULL,
      name TEXT NOT NULL,
      digest TEXT NOT NULL REFERENCES blob_rows,
      PRIMARY KEY (session, cell, name),
      FOREIGN KEY (session, cell) REFERENCES cell_rows (session, number)
    ) STRICT, WITHOUT ROWID
    """

  // Parent 0 stands for the place before the first cell.
  private static let redo = """
    CREATE TABLE redo_rows (
      session INTEGER NOT NULL,
      parent INTEGER NOT NULL,
      child INTEGER NOT NULL,
      PRIMARY KEY (session, parent),
      FOREIGN KEY (session, child) REFERENCES cell_rows (session, number)
    ) STRICT, WITHOUT ROWID
    """

  // The branch that the session stands on is not among them: its end is the session's head.
  private static let branches = """
    CREATE TABLE branch_rows (
      session INTEGER NOT NULL REFERENCES session_rows,
      name TEXT NOT NULL,
      head INTEGER,            -- null before the first cell
      PRIMARY KEY (session, name),
      FOREIGN KEY (session, head) REFERENCES cell_rows (session, number)
    ) STRICT, WITHOUT ROWID
    """

  private static let branchOfSession =
    "ALTER TABLE session_rows ADD COLUMN branch TEXT NOT NULL DEFAULT 'main'"

  // A row only where it is another than at the cell before.
  private static let platforms = """
    CREATE TABLE platform_rows (
      session INTEGER NOT NULL,
      cell INTEGER NOT NULL,
      text TEXT NOT NULL,      -- key=value pairs
      PRIMARY KEY (session, cell),
      FOREIGN KEY (session, cell) REFERENCES cell_rows (session, number)
    ) STRICT, WITHOUT ROWID
    """

  // The long column stands last, and a newer state takes the place of an older one.
  private static let checkpoints = """
    CREATE TABLE checkpoint_rows (
      session INTEGER NOT NULL PRIMARY KEY,
      cell INTEGER NOT NULL,
      step INTEGER NOT NULL,   -- how much of the work is in it
      work TEXT NOT NULL,      -- what the work is; a state serves no other
      state BLOB NOT NULL,
      FOREIGN KEY (session, cell) REFERENCES cell_rows (session, number)
    ) STRICT
    """
}
