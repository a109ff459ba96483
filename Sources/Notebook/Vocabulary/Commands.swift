extension Vocabulary {
  /// The commands, in the order of help: what a session begins with first.
  static let commands: [Row<CommandImplementation>] = [
    load, noise, query, filter, train, test, pretrain, embed, plan, label, why, compare, plot, show,
    assertion, seed,
    reset,
    history,
    undo, redo, branch, `switch`, diff, resume, sql,
    save, export, source, replay, set, help, quit,
  ]
}
