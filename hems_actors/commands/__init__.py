"""The commands of `hemsd`, one file each."""
