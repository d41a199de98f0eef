"""Play the messengers on this machine: real paths, shapes, limits, signatures, repeats.

A provider for development and tests. It takes the house's sends, calls the house's webhook, shows
both on a page like a messenger's, and fails when it is told to. `server.Messengers` is its face.
"""
