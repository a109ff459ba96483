import CLineEditor
import Foundation
import Glibc
import Notebook

/// What may stand at the cursor instead of the word being typed.
struct Completion {
  /// What a candidate replaces: UTF-8 offsets into the text.
  var replace: Range<Int>
  /// In the order in which they are listed; a description is one line, or empty.
  var candidates: [(text: String, description: String)]
}

/// What a line editor asks while a line is being typed. Texts are whole inputs, a block's earlier
/// lines among them; cursors are UTF-8 offsets into them.
struct TypingHelp {
  /// What may stand at the cursor.
  var complete: (_ text: String, _ cursor: Int) -> Completion
  /// The text's colours, later ones over earlier ones, as the parameters of SGR escapes.
  var color: (_ text: String, _ cursor: Int) -> [(range: Range<Int>, code: StaticString)]
}

/// Reads lines from a person at a terminal: editing keys, history, completion with Tab, pastes of
/// several lines, Ctrl-C that clears the line.
///
/// On a terminal that cannot move its cursor (TERM=dumb) lines are read as the kernel edits them,
/// and nothing but the prompt is written. One at a time, on one thread. Between two lines the
/// terminal is in its ordinary mode; after `deinit`, or when the process exits, in the mode in which
/// it was found.
final class LineEditor {
  enum Event: Equatable {
    /// A line, or a pasted text of several, without the last newline.
    case line(String)
    /// Up on the first row of a line that goes on with others: these and what has been typed of it
    /// are to be edited together.
    case back(String)
    /// Ctrl-C: the line is dropped.
    case interrupted
    /// Ctrl-D on an empty line, or the terminal is gone. The cursor is on a line of its own.
    case endOfFile
    /// SIGTERM or SIGHUP: the program is to end.
    case terminated
  }

  private let help: TypingHelp
  private let colors: Bool
  /// The lines of the block before the one that is typed, each with its line end.
  private var before = ""
  /// Oldest first.
  private var history: [String] = []
  private var editor: OpaquePointer?
  private let plain = InputReader()

  /// - Parameters:
  ///   - program: the name under which a user's `.editrc` may speak of this program alone.
  ///   - history: earlier lines, oldest first.
  ///   - colors: whether the line is coloured, and what could follow stands behind the cursor in
  ///     grey; the right arrow takes it.
  /// - Returns: nil where stdin or stdout is not a terminal.
  init?(program: String, history: [String], colors: Bool, help: TypingHelp) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
    self.help = help
    self.colors = colors
    guard !Self.isDumb else { return }
    let context = Unmanaged.passUnretained(self).toOpaque()
    editor = line_editor_open(
      program, Signals.eventDescriptor,
      line_editor_callbacks(
        context: context, wake: wakeEditor, complete: completeLine, compose: composeText,
        hint: colors ? hintLine : nil, color: colors ? colorLine : nil))
    for line in history { remember(line) }
  }

  deinit { line_editor_close(editor) }

  /// Waits for a line. A Ctrl-C that came before the prompt was meant for something else and is
  /// forgotten.
  ///
  /// - Parameters:
  ///   - prompt: may hold ANSI escapes.
  ///   - earlier: the lines of the input that stand above, where this one goes on with it.
  ///   - text: stands there already, with the cursor at `cursor`, a UTF-8 offset.
  func readLine(
    prompt: String, after earlier: String = "", editing text: String = "", cursor: Int = 0
  ) -> Event {
    before = earlier.isEmpty ? "" : earlier + "\n"
    Signals.forget()
    if Signals.received != nil { return .terminated }
    guard let editor else { return readPlainLine(prompt: prompt) }
    var line: UnsafePointer<CChar>?
    var length = 0
    let ending = prompt.withCString { prompt in
      text.withCString { text in
        let start = line_editor_start(
          prompt: prompt, text: text, cursor: cursor, continues: !earlier.isEmpty)
        return line_editor_read(editor, start, &line, &length)
      }
    }
    let bytes = UnsafeRawBufferPointer(start: line, count: line == nil ? 0 : length)
    return Self.event(ending, String(decoding: bytes, as: UTF8.self))
  }

  private static func event(_ ending: line_editor_event, _ line: String) -> Event {
    switch ending {
    case LINE_EDITOR_LINE: .line(line)
    case LINE_EDITOR_BACK: .back(line)
    case LINE_EDITOR_INTERRUPTED: .interrupted
    case LINE_EDITOR_TERMINATED: .terminated
    default: .endOfFile
    }
  }

  /// The keys in force; nil where the terminal edits lines itself.
  var keys: EditorKeys? { editor.map { line_editor_has_vi_keys($0) ? .vi : .emacs } }

  /// Takes other keys for the lines to come; `.editrc` is read again, and what it binds stays bound.
  func use(_ keys: EditorKeys) {
    guard let editor, keys != self.keys else { return }
    line_editor_use_keys(editor, keys == .vi)
  }

  /// Makes `line` the newest of the history.
  func remember(_ line: String) {
    guard let editor else { return }
    if colors { history.append(line) }
    line_editor_remember(editor, line)
  }

  /// What could follow the line: the rest of the newest input that began like it, or of the only
  /// word that fits; nil where there is nothing to say.
  fileprivate func hint(_ line: String) -> String? {
    let text = before + line
    let typed = text.utf8
    let known = history.last {
      $0.utf8.count > typed.count && $0.utf8.starts(with: typed)
    }
    if let known { return Self.firstLine(known.utf8.dropFirst(typed.count)) }
    let found = help.complete(text, typed.count)
    guard found.candidates.count == 1, let only = found.candidates.first?.text,
      found.replace.upperBound == typed.count, !found.replace.isEmpty,
      only.utf8.starts(with: typed.dropFirst(found.replace.lowerBound))
    else { return nil }
    return Self.firstLine(only.utf8.dropFirst(found.replace.count))
  }

  private static func firstLine(_ text: Substring.UTF8View) -> String? {
    let line = text.prefix { $0 >= 0x20 && $0 != 0x7f }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  /// With accents in the same character as their letter (NFC).
  fileprivate static func composed(_ text: String) -> String {
    // Foundation composes no final consonant with a Korean syllable that is composed already.
    text.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
  }

  private static var isDumb: Bool {
    let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return name.isEmpty || name == "dumb" || name == "emacs"
  }

  private func readPlainLine(prompt: String) -> Event {
    fflush(nil)
    Self.show(prompt.replacing(/\u{1b}\[[0-?]*[ -\/]*[@-~]/, with: ""))
    switch plain.readLine() {
    case .line(let bytes): return .line(Self.composed(String(decoding: bytes, as: UTF8.self)))
    case .terminated: return .terminated
    case .interrupted:
      Self.show("\n")
      return .interrupted
    case .endOfFile, .failed:
      Self.show("\n")
      return .endOfFile
    }
  }

  /// Where the terminal is gone, the next read says so.
  private static func show(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }

  fileprivate func addCandidates(
    for line: String, at cursor: Int, to answer: OpaquePointer
  ) {
    let offset = before.utf8.count
    let completion = help.complete(before + line, offset + cursor)
    // A word of the line above cannot be replaced from here.
    guard completion.replace.lowerBound >= offset else { return }
    line_editor_replace(
      answer, completion.replace.lowerBound - offset, completion.replace.upperBound - offset)
    for candidate in completion.candidates {
      line_editor_add_described(answer, candidate.text, candidate.description)
    }
  }

  fileprivate func addColors(for line: String, at cursor: Int, to answer: OpaquePointer) {
    let offset = before.utf8.count
    for stretch in help.color(before + line, offset + cursor)
    where stretch.range.upperBound > offset {
      line_editor_color(
        answer, max(0, stretch.range.lowerBound - offset), stretch.range.upperBound - offset,
        UnsafeRawPointer(stretch.code.utf8Start).assumingMemoryBound(to: CChar.self))
    }
  }
}

private func wakeEditor(_ context: UnsafeMutableRawPointer?) -> UInt32 {
  let screen = Signals.takeScreenNews()
  var news = 0
  switch Signals.received {
  case nil: break
  case SIGINT: news |= LINE_EDITOR_INTERRUPT
  default: news |= LINE_EDITOR_TERMINATE
  }
  if screen.resized { news |= LINE_EDITOR_RESIZED }
  if screen.resumed { news |= LINE_EDITOR_RESUMED }
  return UInt32(news)
}

private func completeLine(
  _ context: UnsafeMutableRawPointer?, _ line: UnsafePointer<CChar>?, _ length: Int,
  _ cursor: Int, _ answer: OpaquePointer?
) {
  guard let context, let line, let answer else { return }
  let editor = Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  let bytes = UnsafeRawBufferPointer(start: line, count: length)
  editor.addCandidates(
    for: String(decoding: bytes, as: UTF8.self), at: cursor, to: answer)
}

private func colorLine(
  _ context: UnsafeMutableRawPointer?, _ line: UnsafePointer<CChar>?, _ length: Int,
  _ cursor: Int, _ answer: OpaquePointer?
) {
  guard let context, let line, let answer else { return }
  let editor = Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  let bytes = UnsafeRawBufferPointer(start: line, count: length)
  editor.addColors(for: String(decoding: bytes, as: UTF8.self), at: cursor, to: answer)
}

private func hintLine(
  _ context: UnsafeMutableRawPointer?, _ line: UnsafePointer<CChar>?, _ length: Int,
  _ answer: OpaquePointer?
) {
  guard let context, let line, let answer else { return }
  let editor = Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  let bytes = UnsafeRawBufferPointer(start: line, count: length)
  guard let hint = editor.hint(String(decoding: bytes, as: UTF8.self)) else { return }
  line_editor_add(answer, hint)
}

private func composeText(
  _ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?, _ length: Int,
  _ answer: OpaquePointer?
) {
  guard let text, let answer else { return }
  let bytes = UnsafeRawBufferPointer(start: text, count: length)
  line_editor_add(answer, LineEditor.composed(String(decoding: bytes, as: UTF8.self)))
}
