"""`python -m eval documents`: what the parser finds in real documents, measured on labels made by reading them."""
