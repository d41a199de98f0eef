"""Read one secret that stands by itself in SSM, outside of the house's own."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aws.outages import code_of, reaching_aws

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def read_parameter(client: "SSMClient", name: str) -> str:
    """Return a SecureString without the blanks around it, "" where there is none.

    Raises Unavailable.
    """
    try:
        with reaching_aws():
            answer = client.get_parameter(Name=name, WithDecryption=True)
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        return ""
    return answer["Parameter"]["Value"].strip()
