"""What can go wrong with a provider, in words that a model can act on."""


class UpstreamError(Exception):
    """The provider did not give an answer that can be passed on."""

    message = ""

    def __str__(self) -> str:
        return self.message


class BadAnswerError(UpstreamError):
    message = (
        "The sports data provider answered with an error or with something unreadable. "
        "This request is fine as it is: try it again in a minute, and then tell the person."
    )


class NothingThereError(BadAnswerError):
    """The provider has nothing at the path."""


class KeyRefusedError(UpstreamError):
    message = (
        "The sports data provider does not give this site these data: its key or its plan does "
        "not allow them. Don't try again: tell the person that the site's operator has to act."
    )


class UnavailableError(UpstreamError):
    """The provider is away, or asks to be left alone, for `wait` seconds."""

    def __init__(self, wait: float) -> None:
        self.wait = max(1, round(wait))
        self.message = (
            "The sports data provider cannot be reached, or takes no more requests for now. "
            f"Try again in {self.wait} seconds."
        )


class TooSlowError(UpstreamError):
    message = (
        "The sports data provider took too long to answer. "
        "Try again in a minute, or ask for less: a smaller limit, fewer ids, fewer days."
    )
