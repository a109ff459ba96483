/// What is wrong with a file that somebody named, as facts from which a sentence can be made.
///
/// `expected` and `found` are noun phrases ("60000 labels", "59999"); whoever shows the error adds
/// the words around them.
package struct FileError: Error, Sendable, Equatable {
  /// What sort of trouble it is; the user is told another code for each.
  package enum Kind: Sendable {
    /// It is not there, or it cannot be opened or read.
    case missing
    /// It is there, but its content is not what it has to be.
    case format
    /// Reading it would mean to run what it holds.
    case forbidden
    /// It is sound, but its content does not fit in the memory of this machine.
    case tooLarge
    /// It cannot be written.
    case unwritable
  }

  /// Where in the file; rows and columns count from 0, as indices of samples do, lines from 1.
  package enum Place: Sendable, Equatable {
    case byte(Int)
    case row(Int)
    case cell(row: Int, column: Int)
    case element(Int)
    case line(Int)
  }

  /// What sort of trouble it is.
  package var kind: Kind
  /// The file, as the user named it.
  package var path: String
  /// The member of an archive; nil where the file is no archive or all of it is meant.
  package var member: String?
  /// Nil where the whole file is meant.
  package var place: Place?
  /// What should be there.
  package var expected: String
  /// What is there.
  package var found: String
  /// What to do about it, most promising first.
  package var hints: [String]
  /// For a missing file: every place that was looked at, in that order.
  package var searched: [String]

  package init(
    _ kind: Kind, path: String, member: String? = nil, at place: Place? = nil, expected: String,
    found: String, hints: [String] = [], searched: [String] = []
  ) {
    self.kind = kind
    self.path = path
    self.member = member
    self.place = place
    self.expected = expected
    self.found = found
    self.hints = hints
    self.searched = searched
  }

  /// The same error, said of a member of the archive that was being read.
  func inside(_ member: String?) -> FileError {
    var error = self
    error.member = error.member ?? member
    return error
  }
}
