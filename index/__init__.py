import corpus as corpus  # first of all: libraries are told to keep quiet before they are loaded
