"""Stand in for a company's back end: customers, meters, contracts, invoices, outages, appointments.

What it answers is described in docs/back-end.md: a company puts its own systems behind the same
interface.
"""
