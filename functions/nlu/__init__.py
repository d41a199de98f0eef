"""Tell what one text means: intent with a calibrated confidence, and language. Pure.

`training.train` writes a folder of files, `interpreter.Interpreter` maps them into memory; both
share the features. numpy and the standard library only.
"""
