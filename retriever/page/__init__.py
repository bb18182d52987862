"""The page that citizens and clerks use: what it shows, how it is served, and its interface for programs."""
