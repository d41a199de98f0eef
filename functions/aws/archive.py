"""Keep raw events and long texts in the bucket."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aws.outages import code_of, reaching_aws

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Archive:
    """One bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes) -> None:
        """Keep bytes under a key."""
        with reaching_aws():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)

    def get(self, key: str) -> bytes | None:
        """Read what is kept under a key, None where there is nothing."""
        return stored(self._client, self._bucket, key)


def stored(client: "S3Client", bucket: str, key: str) -> bytes | None:
    """Return what lies in a bucket under a key, None where there is nothing. Raises Unavailable.

    Without the right to list the bucket, S3 says AccessDenied where there is nothing.
    """
    try:
        with reaching_aws():
            return client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if code_of(error) in {"NoSuchKey", "AccessDenied"}:
            return None
        raise
