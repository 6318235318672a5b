"""Rasa's custom actions, by topic: thin, they ask services and choose which words to say."""
