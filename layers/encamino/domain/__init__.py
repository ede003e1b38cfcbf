"""The ground: nouns and decisions. Pure; time, ids and randomness are arguments."""
