"""The sample city: a story told through the real actions, so that a newcomer finds something in every state."""
