"""A log as a picture: one HTML file that opens offline, with the reason behind every decision."""
