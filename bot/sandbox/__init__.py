"""The sandbox: a local stand-in for Twilio's REST API and Telegram's Bot API, and phones in a browser.

It runs as a process of its own and knows the product only by its webhooks and its clock; it never runs in
production.
"""
