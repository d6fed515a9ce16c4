"""The API: nymea's energy plugin as its clients know it, and what this project adds to it."""
