"""Give up what was begun, when the customer does not want it any more."""

from actions import bank_details, instalment, invoice_copy, meter_reading, outage, technician
from actions.request import RequestAction
from actions.talk import Talk

_REQUESTS = (bank_details, instalment, invoice_copy, meter_reading, outage, technician)


class CancelRequest(RequestAction):
    """Forget what the forms collected."""

    action = "action_cancel_request"

    def act(self, talk: Talk) -> None:
        """Forget it, and say that nothing was changed."""
        for request in _REQUESTS:
            talk.clear(request.SLOTS)
        talk.say("cancelled")
