"""Fulfil the ports with AWS: the only package that knows boto3."""
