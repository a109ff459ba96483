import CommandLanguage
import Foundation
import LinearAlgebra

/// Checks a script as a whole before anything of it runs: syntax, names, parameters, types, ranges,
/// files that must be there, variables that nobody reads.
///
/// It binds every command with the values that its variables can have: those assigned before it,
/// and each value of the loops around it.
package struct ScriptChecker {
  /// Loops with more values are checked with the first ones and the last one only.
  private static let checkedValues = 64

  private let source: SourceText
  private let variables: [String: Value]
  /// Variables that the caller gives; assignments to them at the top level do not count.
  private let replaced: Set<String>
  /// A session goes on after `-c` and at the prompt, so a variable may be read later.
  private let requiresReads: Bool
  /// The scripts around it that source it, outermost first.
  private let chain: [String]

  package init(
    _ source: SourceText, variables: [String: Value], replaced: Set<String> = [],
    requiresReads: Bool = true, chain: [String] = []
  ) {
    self.source = source
    self.variables = variables
    self.replaced = replaced
    self.requiresReads = requiresReads
    self.chain = chain + [source.name].compactMap { $0 }.map(ScriptFile.identity)
  }

  /// Everything that is wrong, in the order of the text, each place once.
  ///
  /// - Returns: the script, unless it does not parse, and the variables as they are behind it.
  package func check() -> (
    script: Script?, variables: [String: Value], diagnostics: [Diagnostic]
  ) {
    do {
      let script = try Parser.parse(source)
      var walk = Walk(variables: variables, replaced: replaced, source: source, chain: chain)
      for statement in script.statements { walk.visit(statement, topLevel: true) }
      let unread = requiresReads ? unreadVariables(script, readElsewhere: walk.reads) : []
      let all = (walk.diagnostics + unread).sorted {
        ($0.range?.lower ?? 0) < ($1.range?.lower ?? 0)
      }
      return (script, walk.variables, all)
    } catch {
      return (nil, variables, error.diagnostics)
    }
  }

  /// The script, if nothing is wrong.
  /// - Throws: the first diagnostic, which knows its text.
  func script() throws(Diagnostic) -> Script {
    let (script, _, diagnostics) = check()
    guard let script, diagnostics.isEmpty else {
      var first = diagnostics.first ?? Diagnostic(.syntax, "no script")
      first.source = first.source ?? source
      throw first
    }
    return script
  }

  /// What is wrong with statements of a text that may be half typed. Loops are walked with their
  /// first value alone, and the scripts that it sources are not read: this is asked for each key.
  static func wrong(
    in statements: [Statement], of source: SourceText, variables: [String: Value]
  ) -> [Diagnostic] {
    var walk = Walk(
      variables: variables, replaced: [], source: source, chain: [], budget: 0)
    for statement in statements { walk.visit(statement, topLevel: true) }
    return walk.diagnostics
  }

  private func unreadVariables(_ script: Script, readElsewhere: Set<String>) -> [Diagnostic] {
    let uses = script.variableUses
    let read = readElsewhere.union(uses.filter { $0.kind == .read }.map(\.name.text))
    var seen: Set<String> = []
    return uses.filter {
      $0.kind != .read && !read.contains($0.name.text) && !replaced.contains($0.name.text)
        && seen.insert($0.name.text).inserted
    }.filter { $0.kind == .assigned }.map { unread($0.name) }
  }

  private func unread(_ name: Name) -> Diagnostic {
    let sought = Spelling.normalised(name.text)
    let owner = Vocabulary.all.first { entry in
      entry.parameters.contains { Spelling.normalised($0.name) == sought && !$0.isPositional }
    }
    let hint = owner.map { entry in
      let command = [entry.kind.command, entry.name].compactMap { $0 }.joined(separator: " ")
      return "as an option it is written without blanks, on the command's line: "
        + "\(command) … \(name.text)=…"
    }
    return Diagnostic(
      .unreadVariable, "the variable '\(name.text)' is never read", at: name.range,
      label: "read it as $\(name.text)", notes: [hint].compactMap { $0 })
  }

  /// One pass over the statements, in their order; sourced scripts are walked where they stand.
  private struct Walk {
    var variables: [String: Value]
    var replaced: Set<String>
    var source: SourceText
    var chain: [String]
    private(set) var diagnostics: [Diagnostic] = []
    /// The variables of the loops around the statement, the innermost last.
    private var loops: [String] = []
    /// Variables that sourced scripts read.
    private(set) var reads: Set<String> = []
    private var places: Set<Place> = []
    /// What commands before have written by then: a file of these need not be there now.
    private var written: Set<String> = []
    /// How many more commands are bound; then loops are checked with their first value alone.
    private var budget: Int

    private struct Place: Hashable {
      let file: String?
      let range: SourceRange?
    }

    init(
      variables: [String: Value], replaced: Set<String>, source: SourceText, chain: [String],
      budget: Int = 10_000
    ) {
      self.variables = variables
      self.replaced = replaced
      self.source = source
      self.chain = chain
      self.budget = budget
    }

    mutating func visit(_ statement: Statement, topLevel: Bool) {
      guard !Interrupt.isRequested else { return }
      switch statement {
      case .assignment(let assignment):
        guard !(topLevel && replaced.contains(assignment.name.text)) else { return }
        attempt { walk throws(Diagnostic) in
          walk.variables[assignment.name.text] = try assignment.value.evaluate(in: walk.variables)
        }
      case .command(let command):
        attempt { walk throws(Diagnostic) in try walk.bind(command) }
      case .repeat(let loop):
        attempt { walk throws(Diagnostic) in _ = try loop.times(in: walk.variables) }
        for inner in loop.body.statements { visit(inner, topLevel: false) }
      case .for(let loop): visit(loop)
      }
    }

    private mutating func visit(_ loop: For) {
      var values: [Value] = []
      attempt { walk throws(Diagnostic) in try loop.requireName(besides: walk.loops) }
      let most = budget > 0 ? Repeat.maximumCount : 1
      attempt { walk throws(Diagnostic) in
        values = try loop.values(in: walk.variables, atMost: most)
      }
      loops.append(loop.variable.text)
      defer { loops.removeLast() }
      budget -= values.count / 100
      if values.count > checkedValues {
        values = Array(values.prefix(checkedValues - 1)) + values.suffix(1)
      }
      let outer = variables[loop.variable.text]
      for (index, value) in values.enumerated() where index == 0 || budget > 0 {
        variables[loop.variable.text] = value
        for inner in loop.body.statements { visit(inner, topLevel: false) }
      }
      variables[loop.variable.text] = outer
    }

    private mutating func bind(_ command: Command) throws(Diagnostic) {
      budget -= 1
      let bound: BoundCommand
      do {
        bound = try CommandBinder.bind(command, variables: variables)
      } catch {
        guard error.code == .fileMissing, names(command, among: written) else { throw error }
        return
      }
      written.formUnion(bound.writtenFiles.map(ScriptFile.identity))
      guard bound.verb == "source", budget > 0, let path = bound.arguments.text("file") else {
        return
      }
      try ScriptFile.requireNew(path, in: chain, at: command.range)
      let text = try ScriptFile.read(path, at: command.range)
      let script: Script
      do {
        script = try Parser.parse(text)
      } catch {
        throw error.first(in: text)
      }
      let outer = (variables, replaced, source)
      for option in bound.arguments.extra { variables[option.name] = option.value }
      replaced = Set(bound.arguments.extra.map(\.name))
      source = text
      chain.append(ScriptFile.identity(path))
      for statement in script.statements { visit(statement, topLevel: true) }
      chain.removeLast()
      for name in replaced { variables[name] = outer.0[name] }
      (replaced, source) = (outer.1, outer.2)
      reads.formUnion(script.variableUses.filter { $0.kind == .read }.map(\.name.text))
    }

    /// Whether a value of the command is one of these files, or lies in a folder of these.
    private func names(_ command: Command, among files: Set<String>) -> Bool {
      command.arguments.contains { argument in
        let expression =
          switch argument {
          case .positional(let value): value
          case .option(_, let value): value
          }
        guard let path = (try? expression.evaluate(in: variables))?.plainText else { return false }
        let whole = ScriptFile.identity(path)
        return files.contains {
          whole == $0 || whole.hasPrefix($0 + "/") || whole.hasPrefix($0 + ":")
        }
      }
    }

    private mutating func attempt(_ body: (inout Walk) throws(Diagnostic) -> Void) {
      do throws(Diagnostic) {
        try body(&self)
      } catch {
        var diagnostic = error
        diagnostic.source = diagnostic.source ?? source
        let place = Place(file: diagnostic.source?.name, range: diagnostic.range)
        if places.insert(place).inserted { diagnostics.append(diagnostic) }
      }
    }
  }
}

extension ParseFailure {
  /// The first diagnostic, which knows its text.
  func first(in text: SourceText) -> Diagnostic {
    var first = diagnostics.first ?? Diagnostic(.syntax, "this is no script")
    first.source = first.source ?? text
    return first
  }
}
