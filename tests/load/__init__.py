"""How fast the product is: ``python -m tests.load``. Nothing here is a test, and no test asserts a time."""
