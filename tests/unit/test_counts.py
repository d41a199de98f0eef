"""What messengers took is told to CloudWatch as they count it."""

import io
import json

from bootstrap.counts import MESSAGES_SENT, NAMESPACE, SentCounts


def test_each_channel_has_a_metric_of_its_own() -> None:
    """One line of the embedded format per channel, nothing where nothing was sent, no content."""
    out = io.StringIO()
    counts = SentCounts("pforte", lambda: 1_795_000_000_000, out)
    counts.write()
    assert out.getvalue() == ""
    for channel in ("whatsapp", "telegram", "whatsapp"):
        counts.count(channel)
    counts.write()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["Channel"], line[MESSAGES_SENT]) for line in lines] == [
        ("whatsapp", 2),
        ("telegram", 1),
    ]
    for line in lines:
        about = line["_aws"]
        [metric] = about["CloudWatchMetrics"]
        assert about["Timestamp"] == 1_795_000_000_000
        assert metric["Namespace"] == NAMESPACE
        assert all(name in line for names in metric["Dimensions"] for name in names)
        assert line["House"] == "pforte"
    counts.write()
    assert len(out.getvalue().splitlines()) == len(lines)
