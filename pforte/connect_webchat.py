"""Take `pforte connect webchat`: tell a house by which keys a company signs who customers are."""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm

from pforte.failure import CALLED_WRONGLY, Failure
from pforte.house.house import House, add_house, find_house
from pforte.telling import tell
from webchat.company import Company
from webchat.keys import BadKeys, read_keys
from webchat.visitor import ACCOUNT, CHANNEL

SECRET_VARIABLE = "WEBCHAT_SHARED_SECRET"  # noqa: S105  the variable's name

_HELP = f"""Let customers who are signed in to the company's app or portal be known in the web chat.

The company signs a JSON Web Token of each. The house checks it with the public keys given here,
RSA (RS256), P-256 (ES256) or Ed25519 (EdDSA), or with a shared secret of 32 bytes or more (HS256)
from {SECRET_VARIABLE}. All that were connected before are replaced: while one key follows another,
give both."""


def register(channels: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the channel to `pforte connect`."""
    known = channels.add_parser(
        CHANNEL,
        help="connect the company's own sign-in to the web chat",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known.add_argument("--issuer", required=True, help="what the tokens name as iss")
    known.add_argument("--audience", default="pforte", help="what they name as aud (pforte)")
    known.add_argument(
        "--keys",
        metavar="FILE",
        action="append",
        default=[],
        help="public keys: a JSON Web Key (Set) or PEM; may be given several times",
    )
    known.add_argument(
        "--claims",
        metavar="NAMES",
        default="customer_number",
        help="what the bot may know of a token besides sub, name and locale, with commas between",
    )
    add_house(known)
    known.add_argument("--json", action="store_true")
    known.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Check the keys, store them, and say what is left to do. Raises Failure."""
    company = Company(
        issuer=chosen.issuer,
        audience=chosen.audience,
        keys=json.dumps({"keys": _keys(chosen.keys)}),
        claims=" ".join(chosen.claims.replace(",", " ").split()),
    )
    try:
        signers = read_keys(company.keys)
    except BadKeys as error:
        raise Failure(f"these keys cannot be used: {error}", CALLED_WRONGLY) from error
    house = find_house(chosen)
    house.connect(CHANNEL, ACCOUNT, company.model_dump())
    named = [{"kid": key.key_id or "", "alg": key.algorithm_name} for key in signers]
    found = {
        "channel": CHANNEL,
        "account": ACCOUNT,
        "issuer": company.issuer,
        "audience": company.audience,
        "claims": company.claims.split(),
        "keys": named,
    }
    tell(found, _report(house, company, named), as_json=chosen.json)
    return 0


def _keys(files: Sequence[str]) -> list[dict[str, Any]]:
    found = [key for file in files for key in _keys_of(Path(file))]
    secret = os.environ.get(SECRET_VARIABLE, "")
    if secret:
        found.append(HMACAlgorithm.to_jwk(secret.encode(), as_dict=True))
    if not found:
        raise Failure(f"give --keys FILE, or a shared secret in {SECRET_VARIABLE}", CALLED_WRONGLY)
    return found


def _keys_of(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    if b"-----BEGIN" in content:
        return [_key_of_pem(path, content)]
    try:
        read = json.loads(content)
        return [dict(key) for key in read.get("keys", [read])]
    except (ValueError, TypeError, AttributeError) as error:
        raise Failure(f"{path} holds neither JSON Web Keys nor PEM", CALLED_WRONGLY) from error


def _key_of_pem(path: Path, content: bytes) -> dict[str, Any]:
    """Return a public key as a JSON Web Key (RFC 7518, 6; RFC 8037, 2)."""
    try:
        key = load_pem_public_key(content)
    except ValueError as error:
        raise Failure(f"{path} holds no public key (BEGIN PUBLIC KEY)", CALLED_WRONGLY) from error
    if isinstance(key, RSAPublicKey):
        return RSAAlgorithm.to_jwk(key, as_dict=True)
    if isinstance(key, EllipticCurvePublicKey):
        return ECAlgorithm.to_jwk(key, as_dict=True)
    if isinstance(key, Ed25519PublicKey):
        return OKPAlgorithm.to_jwk(key, as_dict=True)
    raise Failure(f"{path} holds no key of RSA, P-256 or Ed25519", CALLED_WRONGLY)


def _report(house: House, company: Company, named: Sequence[dict[str, str]]) -> list[str]:
    claims = ", ".join(company.claims.split()) or "nothing"
    keys = ", ".join(f"{key['kid'] or 'without a name'} ({key['alg']})" for key in named)
    return [
        f"The web chat believes {company.issuer}, keys: {keys}.",
        "",
        "In the page, before the chat's own line:",
        "  window.pforte = { token: async () => /* your signed token, or null */ };",
        f'  <script src="{house.url}/webchat/widget.js" async></script>',
        "",
        f"The token names iss {company.issuer}, aud {company.audience}, sub and exp; name",
        f"and locale if you have them; for the bot: {claims}.",
    ]
