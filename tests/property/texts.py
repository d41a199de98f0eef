"""What a customer may write: anything; and a small bot that has to understand it."""

from hypothesis import strategies as st

from nlu.training import Example

EXAMPLES = [
    Example("wann haben Sie geöffnet", "hours", "de"),
    Example("when do you open", "hours", "en"),
    Example("Zählerstand melden", "meter", "de"),
    Example("submit a meter reading", "meter", "en"),
    Example("ich möchte nicht kündigen", "stay", "de"),
    Example("ich möchte kündigen", "cancel", "de"),
    Example("vielen Dank", "thank", "de"),
    Example("hello", "greet", "en"),
]

ANY_TEXT = st.one_of(
    st.text(),
    st.text(st.characters()),  # lone surrogates too
    st.builds(lambda part, times: part * times, st.text(min_size=1), st.integers(1, 3000)),
)
