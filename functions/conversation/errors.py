"""Define every error that Pforte raises on purpose.

PforteError
├── RequestError            the caller's fault; turned into problem details in one place
│   ├── Unauthorized        401  bad signature or token
│   ├── Forbidden           403  known, but not allowed
│   ├── NotFound            404
│   ├── Gone                410  its author deleted it
│   ├── Conflict            409  somebody else was faster
│   │   └── WindowClosed    409  the messenger's window: only a template goes, or another address
│   ├── TooLarge            413
│   └── Malformed           400  not JSON, or not what the address takes
├── Unavailable             infrastructure: throttled, timed out, out of reach; try again later
├── ActionFailed            a custom action cannot be run, or its answer is none
├── VersionConflict         a conditional write lost its race
├── Oversized               more than one item or queue message may hold
└── Missing                 an update found nothing to update
"""


class PforteError(Exception):
    """Anything that Pforte raises on purpose."""


class RequestError(PforteError):
    """The request cannot be served; says what to do in one sentence."""

    status = 400
    title = "Bad request"


class Malformed(RequestError):
    """The body is not what this address takes."""


class Unauthorized(RequestError):
    """The signature or token is missing or wrong."""

    status = 401
    title = "Unauthorized"


class Forbidden(RequestError):
    """The caller is known but may not do this."""

    status = 403
    title = "Forbidden"


class NotFound(RequestError):
    """There is nothing of that name."""

    status = 404
    title = "Not found"


class Gone(RequestError):
    """It was here, and its author deleted it."""

    status = 410
    title = "Gone"


class Conflict(RequestError):
    """Somebody else was faster, or the state does not allow it any more."""

    status = 409
    title = "Conflict"


class WindowClosed(Conflict):
    """One may no longer write freely to this address."""

    title = "Window closed"


class TooLarge(RequestError):
    """The body is larger than this address takes."""

    status = 413
    title = "Payload too large"


class Unavailable(PforteError):
    """A service that we need is throttled, timed out or out of reach: back off and try again."""


class ActionFailed(PforteError):
    """The action server does not run this action, or answers what is no answer."""


class VersionConflict(PforteError):
    """A conditional write lost its race: read again and decide anew."""


class Oversized(PforteError):
    """What was to be written is larger than its place takes; every repeat would fail the same."""


class Missing(PforteError):
    """An update found no item: it came too early, or the item has gone."""
