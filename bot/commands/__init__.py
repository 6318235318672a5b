"""One module a command; `bot.cli` lists them."""
