"""Shop platforms: one file each. A delivery goes in, facts come out."""
