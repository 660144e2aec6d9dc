"""Version ranges of ecosystems as unions of intervals, for whether two of them can meet. Nothing is looked up."""
