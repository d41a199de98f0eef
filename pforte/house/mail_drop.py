"""Leave mails at the house as SES does: in its bucket, then by a call of its function."""

import json
from collections.abc import Mapping
from typing import Any

from pforte.house.house import House
from webhook.mail import STORED


class MailDrop:
    """The bucket and the function of a house."""

    def __init__(self, house: House) -> None:
        self._bucket = house.outputs["BucketName"]
        self._function = house.outputs["MailFunctionName"]
        self._s3 = house.client("s3")
        self._lambda = house.client("lambda")

    def store(self, own: str, raw: bytes) -> None:
        """Put a mail into the bucket under SES's own id."""
        self._s3.put_object(Bucket=self._bucket, Key=STORED + own, Body=raw)

    def tell(self, event: Mapping[str, Any]) -> None:
        """Call the function, not waiting for what it makes of it."""
        self._lambda.invoke(
            FunctionName=self._function, InvocationType="Event", Payload=json.dumps(event)
        )
