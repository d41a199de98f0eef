"""Show that files are kept as what they are, found by short-lived links, and asked about."""

import json
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.stub import Stubber

from aws.clients import client, signing_client
from aws.media import LambdaScanner, S3Media, SqsMediaQueue
from conversation.errors import Unavailable
from conversation.media import Fate, MediaJob

KEY = "media/c/e/0"


@pytest.fixture
def media(aws: None) -> S3Media:
    """Return a bucket with one file in it."""
    client("s3").create_bucket(
        Bucket="pforte", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    made = S3Media(signing_client("s3"), "pforte")
    made.put(KEY, b"%PDF-", "application/pdf")
    return made


def test_a_file_is_kept_with_its_type_and_for_download(media: S3Media) -> None:
    """What opens it directly saves it; where nothing lies, nothing is read."""
    assert media.get(KEY) == b"%PDF-"
    assert media.get("media/c/e/1") is None
    head = client("s3").head_object(Bucket="pforte", Key=KEY)
    assert (head["ContentType"], head["ContentDisposition"]) == ("application/pdf", "attachment")


def test_files_are_removed_together(media: S3Media) -> None:
    """Where nothing lies, nothing fails; what was not named stays."""
    media.put("media/c/e/1", b"%PDF-", "application/pdf")
    media.remove([KEY, "quarantine/c/e/0"])
    assert media.get(KEY) is None
    assert media.get("media/c/e/1") == b"%PDF-"


def test_a_file_that_could_not_be_removed_is_tried_again() -> None:
    """S3 tells it inside of an answer that is otherwise good."""
    s3 = client("s3")
    stubber = Stubber(s3)
    stubber.add_response("delete_objects", {"Errors": [{"Key": KEY, "Code": "InternalError"}]})
    with stubber, pytest.raises(Unavailable):
        S3Media(s3, "pforte").remove([KEY])


@pytest.mark.parametrize(
    ("mime_type", "way"),
    [
        ("image/jpeg", "inline"),
        ("audio/ogg", "inline"),
        ("video/mp4", "inline"),
        ("image/heic", "attachment"),
        ("application/pdf", "attachment"),
        ("text/plain", "attachment"),
    ],
)
def test_a_link_fixes_type_and_name_and_ends_soon(media: S3Media, mime_type: str, way: str) -> None:
    """Pictures and sound are shown, all else is saved, under a name that cannot break a header."""
    fate = Fate(mime_type=mime_type, filename='Zähler "März".bin')
    url = urlsplit(media.link(KEY, fate, 300))
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert url.netloc == "pforte.s3.eu-central-1.amazonaws.com"
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-Expires"] == "300"
    assert query["response-content-type"] == mime_type
    assert query["response-content-disposition"] == (
        f"{way}; filename=\"Z_hler _M_rz_.bin\"; filename*=UTF-8''Z%C3%A4hler%20%22M%C3%A4rz%22.bin"
    )


def test_a_job_goes_into_the_queue_and_comes_back(aws: None) -> None:
    """What was sent is what is handed out."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="media")["QueueUrl"]
    queue = SqsMediaQueue(sqs, url)
    job = MediaJob(place="c/e/0", channel="whatsapp", account="1", reference="4711")
    queue.send(job)
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert MediaJob.from_json(message["Body"]) == job
    queue.postpone(message["ReceiptHandle"], 0)
    assert sqs.receive_message(QueueUrl=url)["Messages"]


def _scanner(answer: bytes, **more: Any) -> tuple[LambdaScanner, Stubber]:
    function = client("lambda")
    stubber = Stubber(function)
    asked = json.dumps({"bucket": "pforte", "key": KEY}).encode()
    stubber.add_response(
        "invoke",
        {"StatusCode": 200, "Payload": BytesIO(answer), **more},
        {"FunctionName": "scan", "Payload": asked},
    )
    return LambdaScanner(function, "scan", "pforte"), stubber


@pytest.mark.parametrize("clean", [True, False])
def test_the_scanner_is_told_where_a_file_lies(aws: None, clean: bool) -> None:
    """Bucket and key go in, a verdict comes out."""
    scanner, stubber = _scanner(json.dumps({"clean": clean}).encode())
    with stubber:
        assert scanner.is_clean(KEY) is clean


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        (b"", {}),
        (b"[]", {}),
        (b"{}", {}),
        (b'{"clean": "yes"}', {}),
        (b'{"clean": true}', {"FunctionError": "Unhandled"}),
    ],
)
def test_only_a_clear_word_counts(aws: None, answer: bytes, more: dict[str, str]) -> None:
    """A scanner that fails or mumbles has not said that a file is clean."""
    scanner, stubber = _scanner(answer, **more)
    with stubber, pytest.raises(Unavailable):
        scanner.is_clean(KEY)
