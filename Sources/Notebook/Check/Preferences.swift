import CommandLanguage

/// A user's settings for every prompt, from a file that may hold `set` lines and nothing else:
/// what is computed must not depend on a file that no script names.
package enum Preferences {
  /// Applies the settings in their order; none where anything is wrong with the text.
  ///
  /// - Parameter timing: on whatever the text says, since a flag asked for it.
  /// - Throws: the first thing that is wrong, which knows its text. `refused` is for whatever is no
  ///   `set`.
  package static func apply(
    _ source: SourceText, to session: Session, timing: Bool = false
  ) throws(Diagnostic) {
    let commands: [BoundCommand]
    do {
      commands = try bound(source)
    } catch {
      var diagnostic = error
      diagnostic.source = diagnostic.source ?? source
      throw diagnostic
    }
    for command in commands { apply(command, to: session) }
    if timing { session.environment.timing = true }
  }

  private static func bound(_ source: SourceText) throws(Diagnostic) -> [BoundCommand] {
    let script: Script
    do {
      script = try Parser.parse(source)
    } catch {
      throw error.first(in: source)
    }
    var commands: [BoundCommand] = []
    for statement in script.statements {
      guard case .command(let command) = statement, Spelling.normalised(command.verb.text) == "set"
      else {
        throw Diagnostic(
          .refused, "a file of settings holds set lines only", at: statement.range,
          notes: ["put everything else into a script: winnow run FILE"])
      }
      commands.append(try CommandBinder.bind(command, variables: [:]))
    }
    return commands
  }

  private static func apply(_ command: BoundCommand, to session: Session) {
    guard let entry = command.method,
      let setting = Vocabulary.implementation(Vocabulary.settings, entry.name)
    else { return }
    var environment = session.environment
    try? setting.apply(command.arguments, &environment)
    session.environment = environment
  }
}
