import CLineEditor
import Foundation
import Notebook
import Synchronization

/// What the terminal of the prompt says of the pictures that it can show.
///
/// It is asked when the first picture is to be drawn, and once: whoever draws none is never asked,
/// and a terminal that does not answer holds up one picture and no other.
enum TerminalGraphics {
  private static let answer = Mutex<PictureGraphics?>(nil)

  /// How long an answer may take, in milliseconds: a terminal at the other end of the world has
  /// answered by then.
  private static let patience: Int32 = 1000

  /// Characters where it does not answer, where nobody types at a prompt, and, until it was asked,
  /// where somebody has typed ahead: nothing is asked then.
  @Sendable static func ofThisTerminal() -> PictureGraphics {
    answer.withLock { known in
      if let known { return known }
      var bytes = [CChar](repeating: 0, count: 1024)
      let count = line_editor_ask(question, patience, &bytes, bytes.count)
      guard count >= 0 else { return .text }
      let answer = bytes.prefix(Int(count)).map(UInt8.init(bitPattern:))
      let said = PictureGraphics(answer: String(decoding: answer, as: UTF8.self))
      known = said
      return said
    }
  }

  /// A picture of one pixel in kitty's protocol, not to be shown, and then the device attributes.
  /// Multiplexers and the console of Linux, which know nothing of the first, are asked the second
  /// alone.
  private static var question: String {
    let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
    let isWindow = !["screen", "tmux", "linux"].contains { name.hasPrefix($0) }
    return (isWindow ? "\u{1b}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\" : "") + "\u{1b}[c"
  }
}
