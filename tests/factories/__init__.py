"""Plain typed functions that make what a test needs, one file per package."""
