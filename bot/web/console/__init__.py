"""The staff's console: who may see it, its pages, and how they are written."""
