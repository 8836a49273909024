"""Questions: field types, validators and the pages of each wizard."""
