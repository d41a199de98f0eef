"""Keep files in the bucket, queue what is to be fetched, and ask the operator's scanner."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from aws.archive import stored
from aws.outages import reaching_aws
from conversation.errors import Unavailable
from conversation.media import SHOWN, Fate, MediaJob

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_LONGEST_VISIBILITY = 43_200


SCAN_SECONDS = 30.0
"""How long a scan is waited for; then the file comes again."""


class S3Media:
    """One bucket; the client must sign with version 4, or its links hold in old regions only."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes, mime_type: str) -> None:
        """Keep a file under a key, for download unless a link says otherwise."""
        with reaching_aws():
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=mime_type,
                ContentDisposition="attachment",
            )

    def get(self, key: str) -> bytes | None:
        """Read what is kept under a key, None where there is nothing."""
        return stored(self._client, self._bucket, key)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove what is kept under these keys, at most 1,000. Raises Unavailable."""
        with reaching_aws():
            answer = self._client.delete_objects(
                Bucket=self._bucket,
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            )
        if answer.get("Errors"):
            raise Unavailable("files could not be removed")

    def link(self, key: str, fate: Fate, seconds: int) -> str:
        """Return an address by which a file may be read, its type and name being fixed."""
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentType": fate.mime_type,
                "ResponseContentDisposition": _disposition(fate),
                "ResponseCacheControl": "private, max-age=300",
            },
            ExpiresIn=seconds,
        )

    def origin(self) -> str:
        """Return the origin of all links, as a content security policy names it."""
        return _origin(self.link("media/", Fate(), 1))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _disposition(fate: Fate) -> str:
    """Let pictures, sound and film be shown, and everything else be saved."""
    kind = fate.mime_type.partition("/")[0]
    way = "inline" if fate.mime_type in SHOWN or kind in {"audio", "video"} else "attachment"
    plain = "".join(
        c if c.isascii() and c.isprintable() and c != '"' else "_" for c in fate.filename
    )
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(fate.filename, safe='')}"


class SqsMediaQueue:
    """The queue of files that are to be fetched or looked at."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, job: MediaJob) -> None:
        """Let a file be fetched; a standard queue may hand it out more than once."""
        with reaching_aws():
            self._client.send_message(QueueUrl=self._url, MessageBody=job.to_json())

    def postpone(self, receipt: str, seconds: int) -> None:
        """Let a received job come back in so many seconds."""
        with reaching_aws():
            self._client.change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=receipt,
                VisibilityTimeout=min(seconds, _LONGEST_VISIBILITY),
            )


class LambdaScanner:
    """The operator's function: asked with `{"bucket", "key"}`, it answers `{"clean": bool}`."""

    def __init__(self, client: "LambdaClient", function: str, bucket: str) -> None:
        self._client = client
        self._function = function
        self._bucket = bucket

    def is_clean(self, key: str) -> bool:
        """Say whether what lies under a key is harmless. Raises Unavailable where nobody says."""
        asked = json.dumps({"bucket": self._bucket, "key": key}).encode()
        with reaching_aws():
            answer = self._client.invoke(FunctionName=self._function, Payload=asked)
            failed, told = answer.get("FunctionError"), answer["Payload"].read()
        clean = None if failed else _told(told)
        if clean is None:
            raise Unavailable("the scanner does not say whether a file is clean")
        return clean


def _told(body: bytes) -> bool | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    clean = answer.get("clean") if isinstance(answer, dict) else None
    return clean if isinstance(clean, bool) else None
