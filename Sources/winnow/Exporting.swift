import ArgumentParser
import CommandLanguage
import Foundation
import Notebook
import WorkspaceStore

extension DocumentFormat: ExpressibleByArgument {}

extension Job {
  /// Writes a session, a script or a notebook in another form.
  func export(_ command: Export) throws -> ExitStatus {
    var document: SessionDocument?
    if let what = command.what, Int(what) == nil {
      document = try script(what)
    } else {
      let number = command.what.flatMap { Int($0) } ?? options.session
      let status = try reading(session: number) { workspace, lease in
        let session = try Session(workspace: workspace, lease: lease, environment: environment)
        document = try SessionDocument(session)
      }
      if let status { return status }
    }
    guard let document else { return .usage }
    let text = try command.to.text(of: document)
    guard let path = command.output else {
      try console.write(text)
      return .ok
    }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      let reason = error.localizedDescription
      console.say(
        Failure(Diagnostic(.fileMissing, "'\(path)' cannot be written: \(reason)"), in: nil))
      return .failed
    }
    return .ok
  }

  /// Nil where it does not parse, which was said.
  private func script(_ path: String) throws -> SessionDocument? {
    let file = try readScript(path)
    var source = file
    if path.hasSuffix(".ipynb") {
      do {
        source = SourceText(
          name: path, text: try JupyterScript(Array(file.text.utf8), name: path).text)
      } catch {
        throw Failure(error, in: nil)
      }
    }
    do {
      return try SessionDocument(script: source)
    } catch {
      for diagnostic in error.diagnostics { console.say(Failure(diagnostic, in: source)) }
      return nil
    }
  }
}
