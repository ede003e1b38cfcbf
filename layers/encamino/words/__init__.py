"""Words: languages, dates, money and templates. Messages and pages both speak through this room."""
