"""One line that is open: bytes to messages, messages to what they mean for the home."""

