"""Reading text without understanding it: quotes, files, links, numbers, times, which language. Pure."""
