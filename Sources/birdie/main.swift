import Glibc

exit(await CommandRun(arguments: Array(CommandLine.arguments.dropFirst())).status())
