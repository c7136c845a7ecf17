import Glibc

exit(CommandRun(arguments: Array(CommandLine.arguments.dropFirst())).status())
