"""The hall: what happens. Flows carry data from room to room; rooms never meet."""
