"""Prepare sentence encoders, and measure how well texts are understood."""
