"""Sign agents in at the Cognito user pool."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from conversation.errors import Malformed, Unauthorized, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AuthenticationResultTypeTypeDef

_REFUSED = frozenset(
    {
        "CodeMismatchException",
        "ExpiredCodeException",
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "RefreshTokenReuseException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)


@dataclass(frozen=True)
class Tokens:
    """What an agent is let in with; `expires_in` in seconds, `refresh` "" where it stays."""

    id: str
    refresh: str
    expires_in: int


@dataclass(frozen=True)
class NewPasswordRequired:
    """The password was given by somebody else and must be replaced; `session` continues."""

    session: str


class Login:
    """The user pool's sign-in, without a secret of ours: the pool itself limits guessing."""

    def __init__(self, client: "CognitoIdentityProviderClient", client_id: str) -> None:
        self._client = client
        self._client_id = client_id

    def sign_in(self, email: str, password: str) -> Tokens | NewPasswordRequired:
        """Check a password. Raises Unauthorized, Unavailable."""
        with _translated():
            answer = self._client.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
        if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
            return NewPasswordRequired(session=answer["Session"])
        return _tokens(answer.get("AuthenticationResult"))

    def replace_password(self, email: str, session: str, new_password: str) -> Tokens:
        """Set the first password of one's own. Raises Unauthorized, Malformed, Unavailable."""
        with _translated():
            answer = self._client.respond_to_auth_challenge(
                ClientId=self._client_id,
                ChallengeName="NEW_PASSWORD_REQUIRED",
                Session=session,
                ChallengeResponses={"USERNAME": email, "NEW_PASSWORD": new_password},
            )
        return _tokens(answer.get("AuthenticationResult"))

    def refresh(self, token: str) -> Tokens:
        """Return new tokens for a refresh token. Raises Unauthorized, Unavailable."""
        with _translated():
            answer = self._client.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": token},
            )
        return _tokens(answer.get("AuthenticationResult"))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _REFUSED:
            raise Unauthorized("E-mail or password is wrong.") from None
        if code == "InvalidPasswordException":
            raise Malformed("The password does not meet the rules of the user pool.") from None
        if code == "InvalidParameterException":
            raise Malformed("The user pool does not take this.") from None
        raise Unavailable(f"sign-in: {code}") from error
    except BotoCoreError as error:
        raise Unavailable("sign-in: the user pool cannot be reached") from error


def _tokens(result: "AuthenticationResultTypeTypeDef | None") -> Tokens:
    if not result or "IdToken" not in result:
        raise Unauthorized("The user pool asks for a step that the desk does not know.")
    return Tokens(
        id=result["IdToken"],
        refresh=result.get("RefreshToken", ""),
        expires_in=result.get("ExpiresIn", 3600),
    )
