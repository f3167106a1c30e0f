"""What the parts of scenarios say, a module a part: names of tools, their arguments, answers."""
