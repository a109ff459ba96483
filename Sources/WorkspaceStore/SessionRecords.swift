import Foundation

/// Which session to go on with.
package enum SessionChoice: Sendable, Hashable {
  /// The newest that nobody holds; a new one where there is none or all are held.
  case newest
  case new
  case number(Int)
}

/// One line of the list of sessions.
package struct SessionSummary: Sendable, Hashable {
  package let number: Int
  package let created: Date
  /// The seed that the session began with.
  package let seed: Int
  /// The cell that the session stands at; nil before the first.
  package let head: Int?
  /// Cells of every status, those that were undone included.
  package let cells: Int
  /// When the newest cell began, or the session where it has none.
  package let lastUsed: Date
  /// Whether a writer has the session at this moment, in this process or another.
  package let isHeld: Bool
  /// Who signed for the session last; only meaningful while `isHeld`.
  package let holder: SessionHolder?
}

/// How a cell or an input ended, or that it has not.
package enum RunStatus: String, Sendable, Hashable, CaseIterable {
  case running
  case ok
  case error
  case interrupted
  /// Its process went away while it ran.
  case crashed
}

/// How a command ended, as its own process reports it.
package enum EndStatus: String, Sendable, Hashable, CaseIterable {
  case ok
  case error
  case interrupted
}

/// One top-level statement as it was typed.
package struct InputRecord: Sendable, Hashable {
  package let number: Int
  /// The text with its comments.
  package let text: String
  package let status: RunStatus
  package let started: Date
}
