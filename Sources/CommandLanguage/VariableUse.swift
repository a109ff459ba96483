/// A place where a variable gets its value or gives it.
package struct VariableUse: Hashable, Sendable {
  /// How the variable is used.
  package enum Kind: Hashable, Sendable {
    /// `name = value`
    case assigned
    /// `for name in …`
    case loop
    /// `$name`, also inside a string.
    case read
  }

  package let kind: Kind
  /// Without the `$`; the range of a read includes it.
  package let name: Name
}

extension Script {
  /// Every use of a variable, in the order of execution of a single pass: what a loop or an
  /// assignment reads stands before what it assigns.
  package var variableUses: [VariableUse] { statements.flatMap(\.variableUses) }
}

extension Statement {
  /// The uses of variables in this statement and in its block.
  package var variableUses: [VariableUse] {
    switch self {
    case .assignment(let statement):
      statement.value.variableUses + [VariableUse(kind: .assigned, name: statement.name)]
    case .repeat(let statement):
      statement.count.variableUses + statement.body.statements.flatMap(\.variableUses)
    case .for(let statement):
      statement.values.flatMap(\.variableUses)
        + [VariableUse(kind: .loop, name: statement.variable)]
        + statement.body.statements.flatMap(\.variableUses)
    case .command(let statement): statement.arguments.flatMap(\.variableUses)
    }
  }
}

extension Argument {
  /// The variables that evaluating the argument reads.
  package var variableUses: [VariableUse] {
    switch self {
    case .positional(let value), .option(_, let value): value.variableUses
    }
  }
}

extension Expression {
  /// The variables that evaluating reads.
  package var variableUses: [VariableUse] {
    switch kind {
    case .number, .word: []
    case .variable(let name): [VariableUse(kind: .read, name: Name(name, range))]
    case .string(let parts, _):
      parts.compactMap { part in
        if case .variable(let name) = part { VariableUse(kind: .read, name: name) } else { nil }
      }
    case .list(let elements): elements.flatMap(\.variableUses)
    case .method(_, let options): options.flatMap(\.value.variableUses)
    }
  }
}
