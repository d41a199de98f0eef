"""Fetch what customers send before its links expire, and keep what is fit to be kept."""
