/// A parsed script: its statements in order, and all of its comments, also those inside blocks.
///
/// Nothing is lost on the way: text that no range covers is blanks, line ends, `;` and
/// continuation marks, so a script can be written back from its source and the ranges.
package struct Script: Hashable, Sendable {
  package let statements: [Statement]
  package let comments: [Comment]

  package init(statements: [Statement], comments: [Comment]) {
    self.statements = statements
    self.comments = comments
  }
}

/// One statement: what is executed, recorded and undone as one input.
package enum Statement: Hashable, Sendable {
  case assignment(Assignment)
  case `repeat`(Repeat)
  case `for`(For)
  case command(Command)

  /// From the first character of the statement to its last, a block's `}` included.
  package var range: SourceRange {
    switch self {
    case .assignment(let statement): statement.range
    case .repeat(let statement): statement.range
    case .for(let statement): statement.range
    case .command(let statement): statement.range
    }
  }
}

/// A name as it was typed, with its place. Names of commands and options are compared by
/// `Spelling.normalised`; those of variables as they are.
package struct Name: Hashable, Sendable {
  package let text: String
  package let range: SourceRange

  package init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// `name = value`.
package struct Assignment: Hashable, Sendable {
  package let name: Name
  package let value: Expression
  package let range: SourceRange
}

/// `repeat count { … }`.
package struct Repeat: Hashable, Sendable {
  package let count: Expression
  package let body: Block
  package let range: SourceRange
}

/// `for variable in value … { … }`.
package struct For: Hashable, Sendable {
  package let variable: Name
  package let values: [Expression]
  package let body: Block
  package let range: SourceRange
}

/// `{ … }`; its range includes the braces.
package struct Block: Hashable, Sendable {
  package let statements: [Statement]
  package let range: SourceRange
}

/// `verb value option=value …`. What the verb is, and what it takes, is not known here.
package struct Command: Hashable, Sendable {
  package let verb: Name
  package let arguments: [Argument]
  package let range: SourceRange

  package init(verb: Name, arguments: [Argument], range: SourceRange) {
    self.verb = verb
    self.arguments = arguments
    self.range = range
  }
}

/// What stands behind a verb, in the order typed: a value, or `name=value`.
package enum Argument: Hashable, Sendable {
  case positional(Expression)
  case option(Name, Expression)

  /// From the first character of the name or value to the last of the value.
  package var range: SourceRange {
    switch self {
    case .positional(let value): value.range
    case .option(let name, let value): name.range.union(value.range)
    }
  }
}

/// `name=value` inside the parentheses of a method.
package struct NamedExpression: Hashable, Sendable {
  package let name: Name
  package let value: Expression
}

/// A value as it was typed: variables are not yet replaced.
package struct Expression: Hashable, Sendable {
  /// The forms that a value has in a script.
  package indirect enum Kind: Hashable, Sendable {
    /// The number, and how it was typed.
    case number(Double, text: String)
    /// Also comparison operators, and ranges such as `1..5`, which only `for` interprets.
    case word(String)
    case string([StringPart], Quote)
    case list([Expression])
    case method(Name, [NamedExpression])
    /// `$name`; the name is without the `$`.
    case variable(String)
  }

  package let kind: Kind
  package let range: SourceRange

  package init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

/// How a string is quoted: text in single quotes is taken as it is (`''` stands for one quote);
/// in double quotes `$NAME` and `${NAME}` are replaced, and a backslash takes the meaning from
/// `"`, `$` and `\`.
package enum Quote: Character, Hashable, Sendable {
  case single = "'"
  case double = "\""
}

/// A piece of a string: text with the quoting taken away, or a variable to be put in.
package enum StringPart: Hashable, Sendable {
  case text(String)
  /// The name is without the `$`; the range includes it.
  case variable(Name)
}

/// A comment, from its `#` to the end of the line.
package struct Comment: Hashable, Sendable {
  /// What the mark at the start of a comment says about it.
  package enum Kind: Hashable, Sendable {
    /// `#!`, as the first characters of the text.
    case shebang
    /// `# text`: Markdown.
    case prose
    /// `## Title`.
    case heading
    /// `#> text`: recorded output.
    case output
    /// `#: text`: what `replay` compares.
    case machine
  }

  package let kind: Kind
  /// What follows the mark, without one blank behind the mark and without blanks at the end.
  package let text: String
  package let range: SourceRange
  /// Whether something other than blanks stands before it on its line.
  package let sharesLine: Bool
}
