"""Run the real handlers through random schedules of crashes, overlaps, outages and repeats."""
