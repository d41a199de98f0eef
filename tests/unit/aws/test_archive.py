"""Show that the bucket keeps what it is given."""

import pytest
from botocore.stub import Stubber

from aws.archive import S3Archive
from aws.clients import client
from conversation.errors import Unavailable


def test_bytes_are_kept_under_their_key(aws: None) -> None:
    """What was put is read, to the byte; where nothing was put there is nothing."""
    s3 = client("s3")
    s3.create_bucket(
        Bucket="pforte", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    archive = S3Archive(s3, "pforte")
    archive.put("raw/whatsapp/1", b"\x00\xffbody")
    assert archive.get("raw/whatsapp/1") == b"\x00\xffbody"
    assert archive.get("raw/whatsapp/2") is None


def test_bucket_out_of_reach_is_unavailable(aws: None) -> None:
    """What could not be kept is tried again."""
    s3 = client("s3")
    with Stubber(s3) as stubber:
        stubber.add_client_error("put_object", "SlowDown", http_status_code=503)
        with pytest.raises(Unavailable):
            S3Archive(s3, "pforte").put("key", b"")


def test_what_is_gone_is_nothing_without_the_right_to_list(aws: None) -> None:
    """Where nobody may list the bucket, S3 says "access denied" of what is not there."""
    s3 = client("s3")
    with Stubber(s3) as stubber:
        stubber.add_client_error("get_object", "AccessDenied", http_status_code=403)
        assert S3Archive(s3, "pforte").get("texts/gone.txt") is None
