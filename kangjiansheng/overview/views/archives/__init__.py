"""What a party takes along in one archive: its page, and the making of the file."""
