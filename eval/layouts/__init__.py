"""`python -m eval layouts`: files made from known structures, and whether the parse gives the structures back."""
