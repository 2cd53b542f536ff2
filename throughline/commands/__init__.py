"""The commands, a file for each group of them. Every room is imported inside the command that needs it."""
