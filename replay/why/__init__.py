"""Why something was decided, or why a car was not charged: sentences, from the log and from deciding it again."""
