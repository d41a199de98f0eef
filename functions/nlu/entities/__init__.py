"""Find the entities of a text: named patterns, what examples taught, and what needs no teaching.

`training.train` writes a folder, `extractor.Extractor.load` reads it and `extract` finds. Entity
names that turn a built-in extractor on where the domain has them: `builtin.NAMES`.
"""
