import Glibc

// Before any thread starts, or signals would find threads that do not block them.
Signals.install()
exit(Program.run(Array(CommandLine.arguments.dropFirst())))
