"""The command line: each command parses its words, calls ``trasluz.api`` and prints. It holds no logic of its own."""
