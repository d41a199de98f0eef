"""A template goes to WhatsApp by its name and values, in the shape of Meta's documentation."""

from channels.registry import CHANNELS
from conversation.message import Content, Message
from conversation.template import FilledTemplate

WHATSAPP = CHANNELS["whatsapp"]


def _message(template: FilledTemplate) -> Message:
    return Message(
        id="c.7.00",
        author="agent",
        address="whatsapp:100:491711234042",
        content=Content(text="Guten Tag Erika, zu SM-1 gibt es Neues.", template=template),
        sent_at=0,
    )


def test_the_call_of_a_template() -> None:
    """One call with name, language code and the body's values in order; the text is not sent."""
    filled = FilledTemplate(
        name="answer_ready", language="de", parameters=("Erika", "SM-1"), buttons=("Lesen",)
    )
    [call] = WHATSAPP.render(_message(filled), "100", "491711234042")
    assert (call.method, call.path) == ("POST", "/100/messages")
    assert call.json == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "491711234042",
        "biz_opaque_callback_data": "c.7.00",
        "type": "template",
        "template": {
            "name": "answer_ready",
            "language": {"code": "de"},
            "components": [
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "Erika"},
                        {"type": "text", "text": "SM-1"},
                    ],
                }
            ],
        },
    }


def test_a_template_without_placeholders_has_no_components() -> None:
    """Meta counts parameters (132000): where the template has none, none are sent."""
    [call] = WHATSAPP.render(_message(FilledTemplate(name="hi", language="en_GB")), "100", "49171")
    assert call.json["template"] == {
        "name": "hi",
        "language": {"code": "en_GB"},
        "components": [],
    }
