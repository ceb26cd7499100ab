"""Where assistants meet the skill: agent frameworks, the MCP server, bundles and installation."""
