import CLineEditor
import Foundation
import Glibc
import LinearAlgebra
import Synchronization

/// Turns signals into facts that ordinary code can look at.
///
/// They are blocked in every thread, and one thread waits for them: no code ever runs inside a
/// signal handler. SIGINT, SIGTERM and SIGHUP ask all loops to stop (`Interrupt`) and are
/// remembered; a further Ctrl-C while a command is stopping changes nothing. SIGWINCH and SIGCONT
/// are for the line editor. A write to a closed pipe is an error of that write (SIGPIPE is ignored).
///
/// A forked child (libedit's `v` in vi's maps starts an editor) gets all of them back as it expects
/// them; `posix_spawn` does not, and whoever uses it sets the mask in its attributes.
enum Signals {
  private static let handled: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT]
  private static let interrupted = Atomic<Bool>(false)
  private static let ending = Atomic<Int32>(0)
  private static let resized = Atomic<Bool>(false)
  private static let resumed = Atomic<Bool>(false)
  private static let descriptor = Atomic<Int32>(-1)

  /// Blocks the signals and starts to wait for them. Once, first thing in `main`: a thread started
  /// before would still be killed by them.
  static func install() {
    signal(SIGPIPE, SIG_IGN)
    var set = sigset_t()
    sigemptyset(&set)
    for number in handled where !isIgnored(number) { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    pthread_atfork(nil, nil) {
      var none = sigset_t()
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, nil)
      signal(SIGPIPE, SIG_DFL)
    }
    descriptor.store(line_editor_event_descriptor(), ordering: .relaxed)
    let waited = set
    Thread.detachNewThread { wait(for: waited) }
  }

  /// A descriptor that becomes readable when a signal has come; -1 before `install`. Whoever waits
  /// for input polls it too, and reads it empty before asking what came.
  static var eventDescriptor: Int32 { descriptor.load(ordering: .relaxed) }

  /// Why to stop: SIGTERM or SIGHUP, which stay, or else SIGINT until it is forgotten.
  static var received: Int32? {
    let last = ending.load(ordering: .acquiring)
    if last != 0 { return last }
    return interrupted.load(ordering: .acquiring) ? SIGINT : nil
  }

  /// Forgets a SIGINT that was obeyed or came too late, so that the next command runs. What ends
  /// the program is not forgotten.
  static func forget() {
    interrupted.store(false, ordering: .releasing)
    Interrupt.clear()
    // One that comes between these lines stops the next command, as it should.
    if received != nil { Interrupt.request() }
  }

  /// Whether the window has changed its size, and whether the process has been stopped and goes on,
  /// since this was asked last.
  static func takeScreenNews() -> (resized: Bool, resumed: Bool) {
    (
      resized.exchange(false, ordering: .acquiringAndReleasing),
      resumed.exchange(false, ordering: .acquiringAndReleasing)
    )
  }

  /// A signal ignored by whoever started the process (`nohup`, `&` in a script) stays ignored.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
  }

  private static func wait(for signals: sigset_t) -> Never {
    var signals = signals
    while true {
      var number: Int32 = 0
      guard sigwait(&signals, &number) == 0 else { continue }
      note(number)
      var one: UInt64 = 1
      // Fails only when it is readable anyway.
      _ = write(eventDescriptor, &one, MemoryLayout.size(ofValue: one))
    }
  }

  private static func note(_ number: Int32) {
    switch number {
    case SIGWINCH: resized.store(true, ordering: .releasing)
    case SIGCONT: resumed.store(true, ordering: .releasing)
    case SIGINT:
      interrupted.store(true, ordering: .releasing)
      Interrupt.request()
    default:
      ending.store(number, ordering: .releasing)
      Interrupt.request()
    }
  }
}
