import Glibc
import TestSupport
import Testing

/// Sessions on a pseudo-terminal with a screen emulator on its other side; each is a function of
/// `Fixtures/terminal/sessions.py`.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct TerminalTests {
  @Test func `types text of every script and leaves by Ctrl-D`() throws {
    try hold("types_and_leaves")
  }

  @Test func `completes with Tab and lists what is ambiguous`() throws {
    try hold("completes")
  }

  @Test func `hints in grey what could follow, and the right arrow takes it`() throws {
    try hold("hints")
  }

  @Test func `colours what is typed, and marks what there is not`() throws {
    try hold("colours_while_typing")
  }

  @Test func `colours move neither text nor cursor, wide characters and wraps included`() throws {
    try hold("colours_move_nothing")
  }

  @Test func `lists candidates with what they are, cut and by screens`() throws {
    try hold("lists_with_descriptions")
  }

  @Test func `NO_COLOR has neither colours nor hints`() throws {
    try hold("no_hints_without_colours")
  }

  @Test func `a file of settings is for the prompt, and holds nothing else`() throws {
    try hold("settings_file")
  }

  @Test func `Ctrl-C at the prompt clears the line`() throws {
    try hold("interrupt_clears_the_line")
  }

  @Test func `Ctrl-C in a search of the history does not leave`() throws {
    try hold("interrupt_in_search_stays")
  }

  @Test func `Ctrl-C stops a long command and the prompt comes back`() throws {
    try hold("interrupt_stops_a_command")
  }

  @Test func `a half-typed line survives changes of the window's size`() throws {
    try hold("survives_resizing")
  }

  @Test func `a paste of several lines waits for Enter and runs whole`() throws {
    try hold("pastes_several_lines")
  }

  @Test func `a text longer than the window can be edited`() throws {
    try hold("edits_a_text_longer_than_the_window")
  }

  @Test func `a paste into a terminal without brackets loses no line`() throws {
    try hold("takes_a_paste_without_brackets")
  }

  @Test func `what is typed while a command runs comes to the next prompt`() throws {
    try hold("keeps_type_ahead")
  }

  @Test func `going down and up in the history keeps a line, however long`() throws {
    try hold("keeps_a_line_when_going_down")
  }

  @Test func `the history is there after a restart`() throws {
    try hold("remembers_after_restart")
  }

  @Test func `SIGTERM and SIGHUP end with 143, at the prompt and in a command`() throws {
    try hold("terminates")
  }

  @Test func `ends when its terminal is gone`() throws {
    try hold("ends_with_its_terminal")
  }

  @Test func `goes on with the line after having been stopped`() throws {
    try hold("goes_on_after_a_stop")
  }

  @Test func `keys without a use type nothing`() throws {
    try hold("unknown_keys_type_nothing")
  }

  @Test func `vi keys of an editrc work, ESC and pasting among them`() throws {
    try hold("vi_keys")
  }

  @Test func `an earlier line of a half-typed block can be edited`() throws {
    try hold("edits_a_half_typed_block")
  }

  @Test func `a letter and an accent are one character, typed or pasted`() throws {
    try hold("composes_accents")
  }

  @Test func `set editor chooses the keys, and an editrc is still read`() throws {
    try hold("chosen_keys")
  }

  @Test func `long results are shown by screens, from which q and Ctrl-C come back`() throws {
    try hold("pages_long_results")
  }

  @Test func `a pager shows UTF-8 in every locale`() throws {
    try hold("pages_in_any_locale")
  }

  @Test func `SIGTERM ends with 143 while a pager is shown`() throws {
    try hold("ends_beside_a_pager")
  }

  @Test func `an editrc that switches editing off still has a prompt`() throws {
    try hold("edit_off")
  }

  @Test func `draws pictures without escapes, as wide as the window`() throws {
    try hold("draws_pictures")
  }

  @Test func `draws in pixels where that is set, and nowhere else`() throws {
    try hold("draws_in_pixels")
  }

  @Test func `asks the terminal once whether it knows pixels, and only to draw`() throws {
    try hold("asks_what_the_terminal_knows")
  }

  @Test func `keeps what is typed while the terminal is asked`() throws {
    try hold("keeps_what_is_typed_while_it_asks")
  }

  @Test func `asks no terminal that was told what to draw`() throws {
    try hold("never_asks_who_was_told")
  }

  @Test func `a dumb terminal gets no escapes`() throws {
    try hold("dumb_terminal")
  }

  @Test func `shows how far a command is and leaves nothing of it behind`() throws {
    try hold("shows_progress")
  }

  @Test func `a program that drives it through a pipe gets each answer at once`() throws {
    try hold("driven_through_a_pipe")
  }

  @Test func `signals end the wait for a pipe: 130 for SIGINT, 143 for SIGTERM`() throws {
    try hold("signals_end_the_wait_for_a_pipe")
  }

  /// Runs one session and records what it complains of.
  private func hold(_ name: String) throws {
    let script = Fixtures.url("terminal/sessions.py").path
    let words = ["/usr/bin/python3", "-B", script, try Product.binary.path, name]
    let command = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }
    // Foundation's Process may miss the end of its child.
    let output = try #require(popen(command.joined(separator: " ") + " 2>&1", "re"))
    var complaints: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&chunk, 1, chunk.count, output), count > 0 {
      complaints += chunk[..<count]
    }
    let status = pclose(output)
    #expect(status == 0, "\(String(decoding: complaints, as: UTF8.self))")
  }
}
